package org.unmask.decode.trace;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unmask.decode.DecodeRequest;
import org.unmask.decode.DecodeResult;
import org.unmask.decode.DecodeStep;

/** What published traces say of a whole run, worked out from a run of ours. */
final class PublishedTotals {

  private PublishedTotals() {}

  static Map<String, Object> of(
      RecordedTrace trace, DecodeRequest request, List<DecodeStep> steps, DecodeResult result) {
    int prompt = request.prompt().length;
    Map<String, Object> totals = new LinkedHashMap<>();
    totals.put("prompt_len", prompt);
    // the published guidance makes one call of a batch of two, which counts as two here
    totals.put("forward_rows", result.nfe());
    totals.put("nfe", trace.fields().containsKey("forward_rows") ? steps.size() : result.nfe());
    totals.put("nfe_ar", result.auxiliaryNfe());
    totals.put("num_forwards", result.nfe());
    totals.put("calls_returned", result.nfe());
    totals.put("total_forward_steps", result.nfe());
    totals.put("cache_updates", result.prefillNfe());
    totals.put("query_rows", result.queryRows());
    totals.put("final_length", result.ids().length);
    int block = request.options().blockLength();
    totals.put("total_length", Math.ceilDiv(prompt + request.options().genLength(), block) * block);
    int remasked = 0;
    List<Object> accepted = new ArrayList<>();
    int[] finalPrompt = request.prompt().clone();
    List<Integer> blockLengths = new ArrayList<>();
    List<Integer> callsPerBlock = new ArrayList<>();
    Object blockStart = null;
    Object filledFrom = null;
    for (DecodeStep step : steps) {
      Map<String, Object> details = step.details();
      remasked += step.remasked().size() + step.remaskedBefore().size();
      for (DecodeStep.Edit edit : step.edits()) {
        if (edit.position() < 0) {
          finalPrompt[prompt + edit.position()] = edit.to();
        }
      }
      if (details.containsKey("accepted")) {
        accepted.add(details.get("accepted"));
      }
      filledFrom = details.getOrDefault("eos_filled_from", filledFrom);
      if (details.get("block_start") instanceof Integer start
          && details.get("block_end") instanceof Integer end) {
        if (!start.equals(blockStart)) {
          blockLengths.add(end - start);
          callsPerBlock.add(0);
          blockStart = start;
        }
        callsPerBlock.set(callsPerBlock.size() - 1, callsPerBlock.getLast() + 1);
      }
    }
    totals.put("remasked_total", remasked);
    totals.put("acceptance_counts", accepted);
    totals.put("block_lengths", blockLengths);
    totals.put("nfe_per_block", callsPerBlock);
    totals.put("final_prompt_ids", boxed(finalPrompt));
    totals.put("prompt_changed", !java.util.Arrays.equals(finalPrompt, request.prompt()));
    if (filledFrom != null) {
      totals.put("eos_filled_from", filledFrom);
    }
    if (trace.fields().get("one_token_per_step_final_ids") instanceof Map<?, ?> plain
        && !boxed(result.ids()).equals(plain.get("final_ids"))) {
      totals.put("one_token_per_step_final_ids", boxed(result.ids()));
    }
    return totals;
  }

  private static List<Integer> boxed(int[] ids) {
    return java.util.Arrays.stream(ids).boxed().toList();
  }
}

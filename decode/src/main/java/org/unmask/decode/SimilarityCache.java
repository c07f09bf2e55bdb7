package org.unmask.decode;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.unmask.model.RowReuse;

/**
 * dLLM-Cache (arXiv 2506.06295): every layer's contribution to a row is kept. The prompt's rows are
 * computed every so many calls, the response's every fewer; in between each layer computes only the
 * response rows whose values have changed most, a fixed share of them.
 *
 * <p>Calls count over the whole response, from the first, which computes everything. All rows are
 * predicted at every call, so every rule that reads no attention can go with it. Belongs to one
 * sequence.
 */
final class SimilarityCache implements CachePolicy {

  static final String NAME = "similarity";
  private static final String PROMPT_INTERVAL = "prompt-interval-steps";
  private static final String RESPONSE_INTERVAL = "gen-interval-steps";
  private static final String TRANSFER_RATIO = "transfer-ratio";

  private final int promptInterval;
  private final int responseInterval;
  private final double ratio;
  private final RowReuse reuse = new RowReuse();
  private boolean isPromptFresh;
  private boolean isResponseFresh;

  SimilarityCache(DecodeOptions options) {
    promptInterval = options.integer(PROMPT_INTERVAL);
    responseInterval = options.integer(RESPONSE_INTERVAL);
    ratio = options.number(TRANSFER_RATIO);
  }

  static List<Parameter> parameters() {
    return List.of(
        Parameter.integer(
            PROMPT_INTERVAL, 25, 1, Integer.MAX_VALUE, "similarity cache: calls per full prompt"),
        Parameter.integer(
            RESPONSE_INTERVAL, 5, 1, Integer.MAX_VALUE, "similarity cache: calls per full answer"),
        Parameter.number(
            TRANSFER_RATIO, 0.25, 0, 1, "similarity cache: share of the answer computed between"));
  }

  @Override
  public DecodeStep.Kind feed(Step step, Feed feed) {
    Canvas canvas = step.canvas();
    isPromptFresh = step.call() % promptInterval == 0;
    isResponseFresh = step.call() % responseInterval == 0;
    int count = (int) (ratio * (canvas.length() - canvas.promptLength()));
    feed.slice(canvas, 0, canvas.length());
    feed.query().reuse(reuse.plan(canvas.promptLength(), isPromptFresh, isResponseFresh, count));
    return DecodeStep.Kind.DENOISE;
  }

  @Override
  public void describe(Step step) {
    List<List<Object>> chosen = new ArrayList<>();
    for (int layer = 1; reuse.count() > 0 && layer < reuse.layers(); layer++) {
      List<Integer> rows = Arrays.stream(reuse.chosen(layer)).map(step::relative).boxed().toList();
      chosen.add(List.of(layer, rows));
    }
    step.detail("refresh_prompt", isPromptFresh);
    step.detail("refresh_response", isResponseFresh);
    step.detail("rows_recomputed", chosen);
  }
}

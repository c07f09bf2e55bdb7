package org.unmask.decode;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.unmask.model.Conditioning;
import org.unmask.model.Denoiser;
import org.unmask.model.DenoiserOutline;
import org.unmask.model.Query;

/**
 * Finds out what an algorithm needs, by starting it with its defaults and with something taken
 * away.
 */
final class Needs {

  private static final int VOCAB = 8;
  private static final DecodeResources BARE = DecodeResources.none().withEndTokens(0);

  private static final Denoiser CAUSAL = new DenoiserOutline(VOCAB, -1, 1, Conditioning.CAUSAL);

  private Needs() {}

  /** Returns what an algorithm needs beside a network with a mask token, in words. */
  static List<String> of(Algorithm algorithm) {
    Conditioning network = algorithm.network();
    if (network != Conditioning.FULL) {
      String article = network == Conditioning.RANK_ORDER ? "an " : "a ";
      return List.of(article + network.word() + " model, such as " + network.example());
    }
    DecodeResources complete = filtered(BARE.withDelimiters(1).withAuxiliary(CAUSAL));
    boolean runsUnshifted = accepts(algorithm, 0, complete);
    boolean runsShifted = accepts(algorithm, 1, complete);
    List<String> needs = new ArrayList<>();
    if (!runsUnshifted && !runsShifted) {
      return List.of(refusal(algorithm, 0, complete));
    }
    if (!runsShifted) {
      needs.add("unshifted logits (LLaDA)");
    } else if (!runsUnshifted) {
      needs.add("shifted logits (Dream)");
    }
    int shift = runsUnshifted ? 0 : 1;
    if (!accepts(algorithm, shift, filtered(BARE.withDelimiters(1)))) {
      needs.add("a causal model");
    }
    if (!accepts(algorithm, shift, BARE.withDelimiters(1).withAuxiliary(CAUSAL))) {
      needs.add("a trained filter");
    }
    if (!accepts(algorithm, shift, filtered(BARE.withAuxiliary(CAUSAL)))) {
      needs.add("delimiter tokens");
    }
    if (algorithm.parameter(CommonOptions.EOS_ID).isPresent()) {
      needs.add("an end token");
    }
    Query first = firstCall(algorithm, shift, complete);
    if (first.attentionLayers() > 0) {
      needs.add("attention weights");
    }
    if (first.wantsLogits()) {
      needs.add("all logits");
    }
    return needs;
  }

  private static Denoiser outline(int shift) {
    return new DenoiserOutline(VOCAB, VOCAB - 1, shift, Conditioning.FULL);
  }

  private static DecodeResources filtered(DecodeResources resources) {
    int width = FilterModel.WIDTH;
    return resources.withFilter(
        new FilterModel(
            new float[width * width],
            new float[width],
            new float[width * width],
            new float[width]));
  }

  private static boolean accepts(Algorithm algorithm, int shift, DecodeResources resources) {
    return Decoder.refusal(outline(shift), resources, algorithm.id()).isEmpty();
  }

  private static String refusal(Algorithm algorithm, int shift, DecodeResources resources) {
    return Decoder.refusal(outline(shift), resources, algorithm.id()).orElseThrow();
  }

  private static Query firstCall(Algorithm algorithm, int shift, DecodeResources resources) {
    DecodeRequest request =
        new DecodeRequest(new int[] {0}, DecodeOptions.of(algorithm.id(), Map.of()));
    Calls calls = new Calls();
    algorithm
        .start(new DecodeContext(outline(shift), resources, request, Watch.NOTHING))
        .plan(calls);
    return calls.main().getFirst();
  }
}

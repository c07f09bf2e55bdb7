package org.unmask.decode;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.unmask.model.Conditioning;
import org.unmask.model.Denoiser;
import org.unmask.model.KvCache;
import org.unmask.model.Query;

/**
 * Finds out what an algorithm needs, by starting it with its defaults and with something taken
 * away.
 */
final class Needs {

  private static final int VOCAB = 8;
  private static final DecodeResources BARE = DecodeResources.none().withEndTokens(0);

  private Needs() {}

  /** Returns what an algorithm needs beside a network with a mask token, in words. */
  static List<String> of(Algorithm algorithm) {
    Conditioning network = algorithm.network();
    if (network != Conditioning.FULL) {
      String article = network == Conditioning.RANK_ORDER ? "an " : "a ";
      return List.of(article + network.word() + " model, such as " + network.example());
    }
    DecodeResources complete = filtered(BARE.withDelimiters(1).withAuxiliary(new Outline(-1, 1)));
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
    if (!accepts(algorithm, shift, BARE.withDelimiters(1).withAuxiliary(new Outline(-1, 1)))) {
      needs.add("a trained filter");
    }
    if (!accepts(algorithm, shift, filtered(BARE.withAuxiliary(new Outline(-1, 1))))) {
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
    return Decoder.refusal(new Outline(VOCAB - 1, shift), resources, algorithm.id()).isEmpty();
  }

  private static String refusal(Algorithm algorithm, int shift, DecodeResources resources) {
    return Decoder.refusal(new Outline(VOCAB - 1, shift), resources, algorithm.id()).orElseThrow();
  }

  private static Query firstCall(Algorithm algorithm, int shift, DecodeResources resources) {
    DecodeRequest request =
        new DecodeRequest(new int[] {0}, DecodeOptions.of(algorithm.id(), Map.of()));
    Calls calls = new Calls();
    algorithm
        .start(new DecodeContext(new Outline(VOCAB - 1, shift), resources, request, Watch.NOTHING))
        .plan(calls);
    return calls.main().getFirst();
  }

  /** A network that has properties and is never run. */
  private record Outline(int maskId, int shift) implements Denoiser {

    @Override
    public int vocabSize() {
      return VOCAB;
    }

    @Override
    public KvCache newCache(int slots) {
      return new Slots(slots);
    }

    @Override
    public void forward(List<Query> queries) {
      throw new UnsupportedOperationException("this network has properties only");
    }
  }

  private record Slots(int slots) implements KvCache {

    @Override
    public void copy(int from, int to) {
      throw new UnsupportedOperationException("this cache has a size only");
    }
  }
}

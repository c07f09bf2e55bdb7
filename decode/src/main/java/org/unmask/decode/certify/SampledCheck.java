package org.unmask.decode.certify;

import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.unmask.decode.DecodeOptions;
import org.unmask.decode.DecodeRequest;
import org.unmask.decode.DecodeResources;
import org.unmask.decode.Decoder;
import org.unmask.model.AttentionMask;
import org.unmask.model.Conditioning;
import org.unmask.model.Query;

/**
 * Samples the whole decoder on a toy network and compares the counts of its outputs with the
 * network's own law, by chi-square.
 */
final class SampledCheck {

  private static final int TOKENS = 4;
  private static final int LENGTH = 3;
  private static final int OUTCOMES = TOKENS * TOKENS * TOKENS;
  private static final double LEAST_P = 1e-3;
  private static final long NETWORK = 20261122;
  private static final int[] PROMPT = {0, 1, 2, 1, 0, 1, 2, 1};

  private SampledCheck() {}

  /**
   * Runs the test.
   *
   * @param options of the algorithm; length and temperature are set here
   * @param samples how many outputs to draw
   */
  static Finding of(DecodeOptions options, int samples) {
    Conditioning kind = options.algorithm().network();
    ToyNetwork network = new ToyNetwork(TOKENS, kind, NETWORK, 1, 0);
    DecodeOptions sampled = options.with("gen-length", LENGTH).with("temperature", 1.0);
    double[] law = law(network);
    long[] counts = new long[OUTCOMES];
    Iterator<DecodeRequest> requests =
        LongStream.range(0, samples)
            .mapToObj(i -> new DecodeRequest(PROMPT, sampled, i))
            .iterator();
    new Decoder(network, resources(options))
        .decodeAll(requests, 1, (i, result) -> counts[index(result.ids())]++, null);
    double distance = 0;
    for (int i = 0; i < OUTCOMES; i++) {
      distance += Math.abs((double) counts[i] / samples - law[i]) / 2;
    }
    double p = ChiSquare.pValue(counts, law);
    double bound = 3 * Math.sqrt((OUTCOMES - 1) / (2 * Math.PI * samples));
    return new Finding(
        "chi-square",
        String.format(
            Locale.ROOT,
            "%d samples of %d tokens over %d: TV %.4f (noise up to %.4f), p %.2g",
            samples,
            LENGTH,
            TOKENS,
            distance,
            bound,
            p),
        p,
        p > LEAST_P && distance < bound);
  }

  /** Returns a drafting network that agrees with the toy network about half the time. */
  private static DecodeResources resources(DecodeOptions options) {
    boolean isDenoiser = options.algorithm().id().equals("specdiff");
    return DecodeResources.none()
        .withEndTokens(TOKENS + 1) // none: all outputs have the same length
        .withAuxiliary(
            isDenoiser ? denoiser() : new ToyNetwork(TOKENS, Conditioning.CAUSAL, NETWORK, 2, 0.7))
        .withDraftHeads(new ToyHeads(TOKENS + 1, NETWORK));
  }

  /** Returns a denoiser that is surer of the second token than of the first, and draws it first. */
  private static ToyNetwork denoiser() {
    int[] canvas = Arrays.copyOf(PROMPT, PROMPT.length + LENGTH);
    Arrays.fill(canvas, PROMPT.length, canvas.length, TOKENS);
    for (int seed = 0; ; seed++) {
      ToyNetwork network = new ToyNetwork(TOKENS, Conditioning.FULL, seed, 2, 0);
      Query query =
          new Query()
              .rows(canvas, 0, canvas.length)
              .predict(new int[] {PROMPT.length, PROMPT.length + 1}, 2)
              .suppress(TOKENS);
      network.forward(List.of(query));
      if (query.predictions().confidence(1) > query.predictions().confidence(0)) {
        return network;
      }
    }
  }

  private static int index(int[] ids) {
    int index = 0;
    for (int i = 0; i < LENGTH; i++) {
      index = index * TOKENS + ids[i];
    }
    return index;
  }

  /** Returns the probability of every output, token by token. */
  private static double[] law(ToyNetwork network) {
    double[] law = new double[OUTCOMES];
    int[] text = Arrays.copyOf(PROMPT, PROMPT.length + LENGTH);
    fill(network, text, PROMPT.length, 1, 0, law);
    return law;
  }

  private static void fill(
      ToyNetwork network, int[] text, int length, double weight, int index, double[] law) {
    if (length == text.length) {
      law[index] = weight;
      return;
    }
    double[] next = next(network, text, length);
    for (int v = 0; v < TOKENS; v++) {
      text[length] = v;
      fill(network, text, length + 1, weight * next[v], index * TOKENS + v, law);
    }
  }

  private static double[] next(ToyNetwork network, int[] text, int length) {
    Query query = new Query();
    if (network.conditioning() == Conditioning.RANK_ORDER) {
      int[] ids = Arrays.copyOf(text, length + 1);
      ids[length] = network.maskId();
      int[] places = IntStream.rangeClosed(0, length).toArray();
      int[] ranks =
          IntStream.rangeClosed(0, length).map(i -> Math.max(0, i - PROMPT.length + 1)).toArray();
      int[] seen = Arrays.stream(ranks).map(rank -> rank + 1).toArray();
      ranks[length] = Integer.MAX_VALUE;
      query
          .rows(ids, places, places, length + 1)
          .mask(new AttentionMask.RankOrder(ranks, seen, places))
          .predict(new int[] {length}, 1);
    } else {
      query.rows(text, 0, length).predict(new int[] {length - 1}, 1);
    }
    network.forward(List.of(query.unshifted(true).wantLogits(true)));
    float[] logits = query.predictions().logits();
    double[] law = new double[TOKENS];
    double sum = 0;
    for (int v = 0; v < TOKENS; v++) {
      law[v] = Math.exp(logits[v]);
      sum += law[v];
    }
    for (int v = 0; v < TOKENS; v++) {
      law[v] /= sum;
    }
    return law;
  }
}

package org.unmask.decode.certify;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.unmask.decode.speculative.Cascade;

/** The unpruned cascade against every sequence of random Markov models. */
final class BruteForceCheck {

  private static final int MODELS = 100;

  private BruteForceCheck() {}

  static Finding of() {
    int wrong = 0;
    for (int seed = 0; seed < MODELS; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      int vocab = 2 + random.nextInt(3);
      int length = 3 + random.nextInt(4);
      int order = 1 + random.nextInt(3);
      wrong += isBest(vocab, length, order, seed) ? 0 : 1;
    }
    return new Finding(
        "brute force",
        MODELS + " random models, nothing pruned: " + (MODELS - wrong) + " times the best sequence",
        wrong,
        wrong == 0);
  }

  private static boolean isBest(int vocab, int length, int order, long seed) {
    int all = 1;
    for (int i = 0; i < order + 1; i++) {
      all *= vocab;
    }
    double[][] first = new double[length][];
    for (int l = 0; l < length; l++) {
      first[l] = law(vocab, seed, l, new int[0]);
    }
    Cascade cascade = new Cascade(length, all, first);
    int[] found = null;
    for (int m = 1; m <= order; m++) {
      Cascade.Scorer scorer =
          (place, state, token) ->
              law(vocab, seed, place, cascade.contexts(place).get(state))[token];
      if (m == order) {
        found = cascade.best(scorer);
      } else {
        cascade.prune(scorer);
      }
    }
    double best = Double.NEGATIVE_INFINITY;
    int count = (int) Math.pow(vocab, length);
    int[] text = new int[length];
    for (int i = 0; i < count; i++) {
      for (int l = 0, rest = i; l < length; l++, rest /= vocab) {
        text[l] = rest % vocab;
      }
      best = Math.max(best, score(text, vocab, order, seed));
    }
    return found != null && score(found, vocab, order, seed) >= best - 1e-9;
  }

  private static double score(int[] text, int vocab, int order, long seed) {
    double sum = 0;
    for (int l = 0; l < text.length; l++) {
      int[] context = Arrays.copyOfRange(text, Math.max(0, l - order), l);
      sum += law(vocab, seed, l, context)[text[l]];
    }
    return sum;
  }

  /** Returns log-probabilities that are a function of place and context. */
  private static double[] law(int vocab, long seed, int place, int[] context) {
    SplittableRandom random =
        new SplittableRandom(seed * 1_000_003 + place * 10_007L + Arrays.hashCode(context));
    double[] law = new double[vocab];
    Arrays.setAll(law, v -> -Math.log(1 - random.nextDouble()));
    double sum = Arrays.stream(law).sum();
    Arrays.setAll(law, v -> Math.log(law[v] / sum));
    return law;
  }
}

package org.unmask.decode;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.unmask.model.Denoiser;
import org.unmask.model.Predictions;
import org.unmask.model.Query;

/**
 * LLaDA's Monte-Carlo estimate of the log-likelihood of an answer (arXiv 2502.09992): of random
 * subsets of the answer that are masked, the mean of {@code sum -ln p / (m / n)}, where m of n
 * tokens are masked. The counts m of a batch are spread evenly over 1 to n.
 *
 * <p>With classifier-free guidance of scale s the logits are {@code u + (s + 1)(c - u)}, u those
 * with the prompt masked. The mask token is not suppressed, as in the released code. Used by one
 * thread at a time.
 */
public final class LogLikelihood {

  private final Denoiser denoiser;
  private final double cfgScale;

  /**
   * Makes an estimator.
   *
   * @param denoiser a network with a mask token and without shifted logits
   * @param cfgScale scale s of guidance, at least 0; 0 for none
   */
  public LogLikelihood(Denoiser denoiser, double cfgScale) {
    if (!(cfgScale >= 0)) {
      throw new IllegalArgumentException("cfg-scale must be at least 0, was " + cfgScale);
    }
    this.denoiser = denoiser;
    this.cfgScale = cfgScale;
  }

  /**
   * Estimates the log-likelihood with masks from a seed.
   *
   * @param prompt token ids
   * @param answer token ids, at least one
   * @param samples how many masked copies, a multiple of the batch
   * @param batch copies per forward call and per spread of counts
   * @param seed of the masks
   * @return in nats
   */
  public double estimate(int[] prompt, int[] answer, int samples, int batch, long seed) {
    if (batch < 1 || samples < batch || samples % batch != 0) {
      throw new IllegalArgumentException(
          "samples " + samples + " are no multiple of batch " + batch + "; use " + batch);
    }
    double sum = 0;
    int batches = samples / batch;
    for (int b = 0; b < batches; b++) {
      long key = Noise.key(seed, b, 0, 0, Noise.Purpose.POSITION);
      int first = 1 + (int) (Noise.uniform(key, 0) * answer.length);
      List<Integer> counts = counts(answer.length, batch, first);
      List<int[]> masked = new ArrayList<>();
      for (int j = 0; j < batch; j++) {
        masked.add(
            subset(answer.length, counts.get(j), Noise.key(key, j, 0, 0, Noise.Purpose.TOKEN)));
      }
      sum += loss(prompt, answer, masked);
    }
    return -sum / batches;
  }

  /**
   * Returns how many tokens each copy of a batch masks: evenly spread from the first count on,
   * rounded half to even, around the end back to 1.
   *
   * @param length tokens of the answer, n
   * @param first count of the first copy, in [1, n]
   */
  public static List<Integer> counts(int length, int batch, int first) {
    List<Integer> counts = new ArrayList<>();
    for (int j = 0; j < batch; j++) {
      double spread = Math.rint(first + j * ((double) length / batch));
      counts.add(1 + (int) ((spread - 1) % length));
    }
    return counts;
  }

  /**
   * Tells whether an answer is what greedy decoding gives that unmasks the surest position of all
   * at every step (the released {@code suffix_greedy_prediction}). As many forward calls as the
   * answer has tokens.
   *
   * @throws IllegalArgumentException with guidance, for which there is no such check
   */
  public boolean isGreedy(int[] prompt, int[] answer) {
    if (cfgScale > 0) {
      throw new IllegalArgumentException("the greedy check takes no guidance; use cfg-scale 0");
    }
    int[] ids = Arrays.copyOf(prompt, prompt.length + answer.length);
    Arrays.fill(ids, prompt.length, ids.length, denoiser.maskId());
    int[] rows = new int[answer.length];
    for (int left = answer.length; left > 0; left--) {
      int count = 0;
      for (int position = prompt.length; position < ids.length; position++) {
        if (ids[position] == denoiser.maskId()) {
          rows[count++] = position;
        }
      }
      Query query = new Query().rows(ids, 0, ids.length).predict(rows, count);
      query.suppress(denoiser.maskId());
      denoiser.forward(List.of(query));
      Predictions said = query.predictions();
      int best = 0;
      for (int i = 1; i < count; i++) {
        best = said.confidence(i) > said.confidence(best) ? i : best;
      }
      ids[rows[best]] = said.token(best);
      if (said.token(best) != answer[rows[best] - prompt.length]) {
        return false;
      }
    }
    return true;
  }

  private static int[] subset(int length, int count, long key) {
    int[] order = new int[length];
    double[] drawn = new double[length];
    for (int i = 0; i < length; i++) {
      order[i] = i;
      drawn[i] = Noise.uniform(key, i);
    }
    Sorting.byScoreDescending(order, length, drawn);
    int[] subset = Arrays.copyOf(order, count);
    Arrays.sort(subset);
    return subset;
  }

  /**
   * Returns the loss of one batch.
   *
   * @param masked for each copy the indices into the answer that are masked, ascending
   * @return mean over the copies, in nats
   */
  public double loss(int[] prompt, int[] answer, List<int[]> masked) {
    double[] nll = new MaskedCopies(denoiser, cfgScale).nll(prompt, answer, masked);
    double sum = 0;
    for (int j = 0; j < nll.length; j++) {
      sum += nll[j] / ((double) masked.get(j).length / answer.length);
    }
    return sum / nll.length;
  }
}

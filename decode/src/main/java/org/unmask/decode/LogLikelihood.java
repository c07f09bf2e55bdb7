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
      int[] counts = counts(answer.length, batch, first);
      List<int[]> masked = new ArrayList<>();
      for (int j = 0; j < batch; j++) {
        masked.add(subset(answer.length, counts[j], Noise.key(key, j, 0, 0, Noise.Purpose.TOKEN)));
      }
      sum += loss(prompt, answer, masked);
    }
    return -sum / batches;
  }

  /**
   * Returns how many tokens each copy of a batch masks: evenly spread from the first count on,
   * rounded half to even, around the end back to 1.
   */
  static int[] counts(int length, int batch, int first) {
    int[] counts = new int[batch];
    for (int j = 0; j < batch; j++) {
      double spread = Math.rint(first + j * ((double) length / batch));
      counts[j] = 1 + (int) ((spread - 1) % length);
    }
    return counts;
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
    List<Query> conditional = queries(prompt, answer, masked, false);
    List<Query> unconditional = cfgScale > 0 ? queries(prompt, answer, masked, true) : List.of();
    List<Query> all = new ArrayList<>(conditional);
    all.addAll(unconditional);
    denoiser.forward(all);
    double sum = 0;
    for (int j = 0; j < masked.size(); j++) {
      int[] positions = masked.get(j);
      Predictions with = conditional.get(j).predictions();
      double nll = 0;
      for (int i = 0; i < positions.length; i++) {
        float[] logits =
            cfgScale > 0 ? guided(with, unconditional.get(j).predictions(), i) : row(with, i);
        nll -= Softmax.logProbability(logits, 0, logits.length, answer[positions[i]], 1);
      }
      sum += nll / ((double) positions.length / answer.length);
    }
    return sum / masked.size();
  }

  private List<Query> queries(
      int[] prompt, int[] answer, List<int[]> masked, boolean isPromptMasked) {
    List<Query> queries = new ArrayList<>();
    for (int[] positions : masked) {
      int[] ids = Arrays.copyOf(prompt, prompt.length + answer.length);
      if (isPromptMasked) {
        Arrays.fill(ids, 0, prompt.length, denoiser.maskId());
      }
      System.arraycopy(answer, 0, ids, prompt.length, answer.length);
      int[] rows = new int[positions.length];
      for (int i = 0; i < rows.length; i++) {
        rows[i] = prompt.length + positions[i];
        ids[rows[i]] = denoiser.maskId();
      }
      queries.add(new Query().rows(ids, 0, ids.length).predict(rows, rows.length).wantLogits(true));
    }
    return queries;
  }

  private static float[] row(Predictions predictions, int i) {
    int count = predictions.vocabSize();
    return Arrays.copyOfRange(predictions.logits(), i * count, (i + 1) * count);
  }

  private float[] guided(Predictions with, Predictions without, int i) {
    float[] logits = row(with, i);
    float[] base = row(without, i);
    float weight = (float) (cfgScale + 1);
    for (int v = 0; v < logits.length; v++) {
      logits[v] = base[v] + weight * (logits[v] - base[v]);
    }
    return logits;
  }
}

package org.unmask.decode;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.unmask.model.Denoiser;
import org.unmask.model.Predictions;
import org.unmask.model.Query;

/**
 * Asks a network for the masked tokens of copies of an answer, all in one call; with guidance each
 * copy a second time with the prompt masked.
 *
 * @param cfgScale scale of guidance, 0 for none
 */
record MaskedCopies(Denoiser denoiser, double cfgScale) {

  /**
   * Returns what the masked tokens of each copy cost together, {@code sum -ln p}.
   *
   * @param masked for each copy the indices into the answer that are masked, ascending
   */
  double[] nll(int[] prompt, int[] answer, List<int[]> masked) {
    List<Query> conditional = queries(prompt, answer, masked, false);
    List<Query> unconditional = cfgScale > 0 ? queries(prompt, answer, masked, true) : List.of();
    List<Query> all = new ArrayList<>(conditional);
    all.addAll(unconditional);
    denoiser.forward(all);
    double[] nll = new double[masked.size()];
    for (int j = 0; j < nll.length; j++) {
      int[] positions = masked.get(j);
      Predictions with = conditional.get(j).predictions();
      for (int i = 0; i < positions.length; i++) {
        float[] logits =
            cfgScale > 0 ? guided(with, unconditional.get(j).predictions(), i) : row(with, i);
        nll[j] -= Softmax.logProbability(logits, 0, logits.length, answer[positions[i]], 1);
      }
    }
    return nll;
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

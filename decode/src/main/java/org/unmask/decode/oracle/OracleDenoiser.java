package org.unmask.decode.oracle;

import java.util.Arrays;
import java.util.List;
import org.unmask.decode.Noise;
import org.unmask.model.AttentionMask;
import org.unmask.model.Conditioning;
import org.unmask.model.Denoiser;
import org.unmask.model.KvCache;
import org.unmask.model.Predictions;
import org.unmask.model.Query;
import org.unmask.model.TokenCache;

/**
 * Serves the marginals of a task's answers given what a row sees: the tokens in the visible slots,
 * at the positions they were written with. A stale cache therefore knows less than the canvas.
 *
 * <p>If what is seen cannot be, the answer is lost already, and the marginals are those given
 * nothing. Logits are ln p, but at least -10000. There is no attention to show.
 */
final class OracleDenoiser implements Denoiser {

  private static final float IMPOSSIBLE = -10_000;

  private final OracleTask task;
  private final boolean isCausal;
  private final AttentionMask usualMask;
  private final int promptLength;
  private final int maskId;

  OracleDenoiser(OracleTask task, boolean isCausal) {
    this.task = task;
    this.isCausal = isCausal;
    usualMask = isCausal ? new AttentionMask.Causal() : new AttentionMask.Full();
    promptLength = task.prompt().length;
    maskId = task.symbols();
  }

  @Override
  public int vocabSize() {
    return task.symbols() + 1;
  }

  @Override
  public int maskId() {
    return isCausal ? -1 : maskId;
  }

  @Override
  public int shift() {
    return isCausal ? 1 : 0;
  }

  @Override
  public Conditioning conditioning() {
    return isCausal ? Conditioning.CAUSAL : Conditioning.FULL;
  }

  @Override
  public KvCache newCache(int slots) {
    return new TokenCache(slots);
  }

  @Override
  public void forward(List<Query> queries) {
    queries.forEach(this::forward);
  }

  private void forward(Query query) {
    if (query.attentionLayers() > 0) {
      throw new IllegalArgumentException(
          "task " + task + " has no attention to show; use an algorithm that needs none");
    }
    TokenCache cache = TokenCache.of(query);
    int vocab = vocabSize();
    query.predictions().reset(query.predictedCount(), query.wantsLogits() ? vocab : 0);
    int[] seenBefore = {};
    Row known = null;
    for (int i = 0; i < query.predictedCount(); i++) {
      int row = query.predictedRow(i);
      int source = query.isUnshifted() ? row : Math.max(0, row - shift());
      int[] seen = seen(query, source, cache);
      if (known == null || !Arrays.equals(seen, seenBefore)) {
        known = new Row(seen);
        seenBefore = seen;
      }
      int position = row < query.rowCount() ? query.position(row) : query.position(row - 1) + 1;
      known.predict(query, i, position + (query.isUnshifted() ? shift() : 0) - promptLength);
    }
  }

  /** Returns what a row sees, by position: the prompt, then the answer; -1 for nothing. */
  private int[] seen(Query query, int row, TokenCache cache) {
    int[] seen = new int[promptLength + task.length()];
    Arrays.fill(seen, Joint.UNKNOWN);
    for (int slot = 0; slot < query.keyCount(); slot++) {
      int position = cache.position(slot);
      if (cache.id(slot) < maskId
          && position < seen.length
          && cache.shows(query, row, slot, usualMask)) {
        seen[position] = cache.id(slot);
      }
    }
    return seen;
  }

  /** The marginals given one sight of the canvas. */
  private final class Row {
    private final double[] marginals = new double[task.length() * task.symbols()];

    Row(int[] seen) {
      Joint answers = task.answers(Arrays.copyOf(seen, promptLength));
      int[] known = Arrays.copyOfRange(seen, promptLength, seen.length);
      if (!answers.marginals(known, marginals)) {
        Arrays.fill(known, Joint.UNKNOWN);
        answers.marginals(known, marginals);
      }
    }

    /** Describes a position; behind the answer every symbol is as likely, before it too. */
    void predict(Query query, int i, int position) {
      int vocab = vocabSize();
      double[] p = new double[vocab];
      if (position >= 0 && position < task.length()) {
        System.arraycopy(marginals, position * (vocab - 1), p, 0, vocab - 1);
      } else {
        Arrays.fill(p, 0, vocab - 1, 1.0 / (vocab - 1));
      }
      Predictions out = query.predictions();
      for (int v = 0; query.wantsLogits() && v < vocab; v++) {
        out.logits()[i * vocab + v] = logit(p[v]);
      }
      suppress(p, query.suppressed());
      describe(p, query, i, out);
    }

    private void suppress(double[] p, int[] tokens) {
      double left = 1;
      for (int token : tokens) {
        left -= p[token];
        p[token] = 0;
      }
      for (int v = 0; left < 1 && left > 0 && v < p.length; v++) {
        p[v] /= left;
      }
    }

    private void describe(double[] p, Query query, int i, Predictions out) {
      int token = 0;
      double best = Double.NEGATIVE_INFINITY;
      double top = 0;
      double second = 0;
      double entropy = 0;
      for (int v = 0; v < p.length; v++) {
        double score = p[v] > 0 ? StrictMath.log(p[v]) : Double.NEGATIVE_INFINITY;
        entropy -= p[v] > 0 ? p[v] * score : 0;
        if (query.temperature() > 0) {
          score += query.temperature() * Noise.gumbel(query.noiseKey(i), v);
        }
        if (score > best) {
          best = score;
          token = v;
        }
        second = p[v] > top ? top : Math.max(second, p[v]);
        top = Math.max(top, p[v]);
      }
      out.set(i, token, p[token], top, second, entropy);
    }

    private static float logit(double p) {
      return p > 0 ? (float) StrictMath.log(p) : IMPOSSIBLE;
    }
  }
}

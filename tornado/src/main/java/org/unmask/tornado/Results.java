package org.unmask.tornado;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.unmask.gpu.Step;
import org.unmask.model.Query;
import org.unmask.model.transformer.TransformerConfig;
import org.unmask.runtime.kernel.Kernels;
import org.unmask.runtime.kernel.RowKernel;
import org.unmask.runtime.nn.HeadStatistics;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * From what a step gave to predictions. Chunks of the vocabulary that the device reduced are merged
 * here; rows drawn with noise, and steps that ask for logits, are reduced here too.
 */
final class Results {

  private final int vocabulary;
  private final int chunks;
  private final HeadStatistics statistics = new HeadStatistics();
  private final RowKernel kernel = Kernels.fastest().row();
  private final float[] sums = new float[2];
  private final float[] row;

  Results(TransformerConfig config) {
    vocabulary = config.vocabSize();
    chunks = Math.ceilDiv(vocabulary, HeadStatistics.CHUNK);
    row = new float[vocabulary];
  }

  /** Fills the predictions of a step's queries. */
  void read(Step step, StepPlan plan) {
    Recording recording = plan.recording();
    Recording.Chunks reduced = recording.chunks();
    boolean isDrawn = step.queries().stream().anyMatch(query -> query.temperature() > 0);
    MemorySegment logits =
        step.predicted() > 0 && (isDrawn || reduced == null) ? plan.logits() : null;
    statistics.reset(step.predicted(), vocabulary);
    int at = 0;
    for (Query query : step.queries()) {
      boolean wants = query.wantsLogits() || query.asks();
      query.predictions().reset(query.predictedCount(), wants ? vocabulary : 0);
      for (int p = 0; p < query.predictedCount(); p++, at++) {
        if (reduced != null && query.temperature() == 0) {
          put(reduced, at);
        } else {
          collect(query, p, at, Objects.requireNonNull(logits));
        }
        merge(query, p, at);
      }
    }
    if (recording.means() != null) {
      means(step, recording.means().sums());
    }
  }

  private void put(Recording.Chunks from, int at) {
    for (int chunk = 0; chunk < chunks; chunk++) {
      int cell = at * chunks + chunk;
      statistics.put(
          at,
          chunk,
          from.cells().get(4 * cell),
          from.cells().get(4 * cell + 1),
          from.cells().get(4 * cell + 2),
          from.cells().get(4 * cell + 3),
          from.tokens().get(cell));
    }
  }

  private void collect(Query query, int p, int at, MemorySegment logits) {
    MemorySegment.copy(logits, JAVA_FLOAT, 4L * at * vocabulary, row, 0, vocabulary);
    if (query.wantsLogits() || query.asks()) {
      float[] all = query.predictions().logits();
      System.arraycopy(row, 0, all, p * vocabulary, vocabulary);
    }
    for (int token : query.suppressed()) {
      if (token < vocabulary) {
        row[token] = Float.NEGATIVE_INFINITY;
      }
    }
    double temperature = query.temperature();
    long key = temperature > 0 ? query.noiseKey(p) : 0;
    for (int chunk = 0; chunk < chunks; chunk++) {
      int first = chunk * HeadStatistics.CHUNK;
      int n = Math.min(HeadStatistics.CHUNK, vocabulary - first);
      statistics.collect(kernel, at, chunk, row, first, n, temperature, key, sums);
    }
  }

  private void merge(Query query, int p, int at) {
    statistics.merge(at, query.temperature() > 0);
    query
        .predictions()
        .set(
            p,
            statistics.token(),
            statistics.confidence(),
            statistics.top(),
            statistics.second(),
            statistics.entropy());
    if (query.asked(p) >= 0) {
      query.predictions().setAskedFromLogits(p, query.asked(p), query.suppressed());
    }
  }

  private static void means(Step step, FloatArray sums) {
    int row = 0;
    for (Query query : step.queries()) {
      if (query.attentionLayers() > 0) {
        int keys = query.keyCount();
        float[] to = query.predictions().resetAttention(query.rowCount(), keys);
        for (int r = 0; r < query.rowCount(); r++) {
          long from = 4L * (row + r) * step.meansWidth();
          MemorySegment.copy(sums.getSegment(), JAVA_FLOAT, from, to, r * keys, keys);
        }
      }
      row += query.rowCount();
    }
  }
}

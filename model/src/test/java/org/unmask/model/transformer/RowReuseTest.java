package org.unmask.model.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unmask.model.Denoiser;
import org.unmask.model.KvCache;
import org.unmask.model.Query;
import org.unmask.model.RowReuse;
import org.unmask.runtime.exec.WorkerPool;
import org.unmask.runtime.kernel.Kernels;
import org.unmask.weights.Checkpoint;

/** Queries that compute some of their rows. */
class RowReuseTest {

  private static final int LENGTH = 77;
  private static final int SPLIT = 30;
  private static final int MASK = 2037;

  private static final WorkerPool POOL = new WorkerPool(2);
  private static Checkpoint checkpoint;
  private static Transformer model;

  @BeforeAll
  static void load() throws IOException {
    checkpoint = ShippedModels.open("unmask-llada-6m");
    model = Transformer.load(checkpoint, POOL);
  }

  @AfterAll
  static void close() {
    checkpoint.close();
    POOL.close();
  }

  /** A canvas of {@link #LENGTH} tokens whose last ones are masks, fewer at every step. */
  private static int[] canvas(int step) {
    SplittableRandom random = new SplittableRandom(5);
    int[] canvas = random.ints(LENGTH, 0, 2032).toArray();
    IntStream.range(SPLIT + 6 * step, LENGTH).forEach(i -> canvas[i] = MASK);
    return canvas;
  }

  private static Query query(Query query, int[] canvas) {
    int[] masked = IntStream.range(0, LENGTH).filter(i -> canvas[i] == MASK).toArray();
    return query.rows(canvas, 0, LENGTH).predict(masked, masked.length).wantLogits(true);
  }

  private static float[] logits(Query query) {
    return java.util.Arrays.copyOf(
        query.predictions().logits(), query.predictedCount() * query.predictions().vocabSize());
  }

  private static float[] exact(int step) {
    Query plain = query(new Query(), canvas(step));
    model.newDenoiser(Kernels.fastest(), POOL).forward(List.of(plain));
    return logits(plain);
  }

  /** Runs a fresh call, then one that reuses rows. */
  private static float[] second(Denoiser denoiser, RowReuse reuse, boolean isPromptFresh, int n) {
    KvCache cache = denoiser.newCache(LENGTH);
    Query query = query(new Query(cache), canvas(0)).reuse(reuse.plan(SPLIT, true, true, 0));
    denoiser.forward(List.of(query));
    assertThat(logits(query)).isEqualTo(exact(0));
    query(query, canvas(1)).reuse(reuse.plan(SPLIT, isPromptFresh, false, n));
    denoiser.forward(List.of(query));
    return logits(query);
  }

  @Test
  void everyRowChosen_isTheExactForward() {
    Denoiser denoiser = model.newDenoiser(Kernels.fastest(), POOL);
    RowReuse reuse = new RowReuse();
    assertThat(second(denoiser, reuse, true, LENGTH - SPLIT)).isEqualTo(exact(1));
    assertThat(reuse.chosen(3)).isEqualTo(IntStream.range(SPLIT, LENGTH).toArray());
  }

  @Test
  void someRowsChosen_areThoseThatChanged() {
    RowReuse reuse = new RowReuse();
    float[] stale = second(model.newDenoiser(Kernels.fastest(), POOL), reuse, false, 6);
    assertThat(stale).isNotEqualTo(exact(1));
    assertThat(reuse.chosen(1)).containsExactly(30, 31, 32, 33, 34, 35);
  }

  @ParameterizedTest
  @CsvSource({"1, true", "3, true", "1, false", "3, false"})
  void anyThreadsAndSplit_sameBits(int threads, boolean isByRows) {
    float[] expected =
        second(model.newDenoiser(Kernels.fastest(), POOL), new RowReuse(), false, 11);
    try (WorkerPool pool = new WorkerPool(threads)) {
      Denoiser denoiser = model.newDenoiser(Kernels.fastest(), pool, isByRows);
      assertThat(second(denoiser, new RowReuse(), false, 11)).isEqualTo(expected);
    }
  }

  @Test
  void batchedWithOthers_sameBits() {
    Denoiser denoiser = model.newDenoiser(Kernels.fastest(), POOL);
    float[] expected = second(denoiser, new RowReuse(), false, 11);
    Query a = query(new Query(denoiser.newCache(LENGTH)), canvas(0));
    Query b = query(new Query(denoiser.newCache(LENGTH)), canvas(2));
    RowReuse reuseA = new RowReuse().plan(SPLIT, true, true, 0);
    RowReuse reuseB = new RowReuse().plan(SPLIT, true, true, 0);
    denoiser.forward(List.of(a.reuse(reuseA), b.reuse(reuseB)));
    Query plain = query(new Query(), canvas(1));
    query(a, canvas(1)).reuse(reuseA.plan(SPLIT, false, false, 11));
    query(b, canvas(3)).reuse(reuseB.plan(SPLIT, true, false, 5));
    denoiser.forward(List.of(b, plain, a));
    assertThat(logits(a)).isEqualTo(expected);
    assertThat(logits(plain)).isEqualTo(exact(1));
  }

  @Test
  void nothingToReuse_isRefused() {
    Denoiser denoiser = model.newDenoiser(Kernels.fastest(), POOL);
    Query query = query(new Query(denoiser.newCache(LENGTH)), canvas(0));
    query.reuse(new RowReuse().plan(SPLIT, false, true, 0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> denoiser.forward(List.of(query)))
        .withMessageContaining("never computed; make its first call fresh");
    Query bare = query(new Query(), canvas(0)).reuse(new RowReuse());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> denoiser.forward(List.of(bare)))
        .withMessageContaining("give it a cache");
  }
}

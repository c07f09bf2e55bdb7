package org.unmask.model.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmask.model.AttentionMask;
import org.unmask.model.Denoiser;
import org.unmask.model.KvCache;
import org.unmask.model.Query;
import org.unmask.model.SoftTokens;
import org.unmask.runtime.exec.WorkerPool;
import org.unmask.runtime.kernel.Kernels;
import org.unmask.weights.Checkpoint;

/** One checkpoint gives the same bits for every width, thread count, batch and cache use. */
class DenoiserBitsTest {

  private static Checkpoint llada;
  private static Checkpoint dream;
  private static Transformer lladaModel;
  private static Transformer dreamModel;
  private static final WorkerPool POOL = new WorkerPool(2);

  @BeforeAll
  static void load() throws IOException {
    llada = ShippedModels.open("unmask-llada-6m");
    dream = ShippedModels.open("unmask-dream-6m");
    lladaModel = Transformer.load(llada, POOL);
    dreamModel = Transformer.load(dream, POOL);
  }

  @AfterAll
  static void close() {
    llada.close();
    dream.close();
    POOL.close();
  }

  @ParameterizedTest
  @CsvSource({"scalar,1", "64,1", "128,2", "256,4", "512,1", "512,2", "512,4", "auto,3"})
  void forward_anyWidthAndThreads_sameBits(String width, int threads) {
    try (WorkerPool pool = new WorkerPool(threads)) {
      Query expected = query(canvas(37, 11)).wantLogits(true);
      Query actual = query(canvas(37, 11)).wantLogits(true);
      lladaModel.newDenoiser(Kernels.fastest(), POOL).forward(List.of(expected));
      lladaModel.newDenoiser(Kernels.named(width), pool).forward(List.of(actual));
      assertThat(bits(actual)).isEqualTo(bits(expected));
      assertThat(actual.predictions().logits()).isEqualTo(expected.predictions().logits());
    }
  }

  @ParameterizedTest
  @CsvSource({"1,1", "2,5", "3,9"})
  void forward_byColumns_equalsByRows(int threads, int batch) {
    try (WorkerPool pool = new WorkerPool(threads)) {
      List<Query> byRows = new ArrayList<>();
      List<Query> byColumns = new ArrayList<>();
      for (int i = 0; i < batch; i++) {
        byRows.add(query(canvas(30 + 29 * i, 4 + i)));
        byColumns.add(query(canvas(30 + 29 * i, 4 + i)));
      }
      dreamModel.newDenoiser(Kernels.fastest(), POOL, true).forward(byRows);
      dreamModel.newDenoiser(Kernels.fastest(), pool, false).forward(byColumns);
      for (int i = 0; i < batch; i++) {
        assertThat(bits(byColumns.get(i))).isEqualTo(bits(byRows.get(i)));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 8})
  void forward_batched_equalsSingle(int batch) {
    Denoiser denoiser = dreamModel.newDenoiser(Kernels.fastest(), POOL);
    List<Query> queries = new ArrayList<>();
    List<int[]> canvases = new ArrayList<>();
    for (int i = 0; i < batch; i++) {
      canvases.add(canvas(20 + 17 * i, 5 + i));
      queries.add(query(canvases.get(i)));
    }
    denoiser.forward(queries);
    for (int i = 0; i < batch; i++) {
      assertThat(bits(queries.get(i))).isEqualTo(run(denoiser, canvases.get(i)));
    }
  }

  @Test
  void forward_throughCache_equalsUncached() {
    Denoiser denoiser = lladaModel.newDenoiser(Kernels.fastest(), POOL);
    int[] canvas = canvas(90, 20);
    int[] expected = run(denoiser, canvas);
    KvCache cache = denoiser.newCache(130);
    Query full = new Query(cache).rows(canvas, 0, 90);
    predictMasked(full, canvas, 0);
    denoiser.forward(List.of(full));
    assertThat(bits(full)).isEqualTo(expected);
    // a slice recomputed against unchanged rows gives the same bits again
    Query slice = new Query(cache).rows(canvas, 60, 90).keys(90);
    predictMasked(slice, canvas, 60);
    denoiser.forward(List.of(slice));
    assertThat(slice.predictions().token(3)).isEqualTo(fullToken(full, canvas, 60, 3));
    assertThat(slice.predictions().confidence(3)).isEqualTo(fullConfidence(full, canvas, 60, 3));
  }

  @Test
  void forward_explicitMask_equalsBuiltIn() {
    Denoiser denoiser = lladaModel.newDenoiser(Kernels.fastest(), POOL);
    int[] canvas = canvas(70, 9);
    Query blocks = query(canvas).mask(new AttentionMask.BlockCausal(16));
    Query explicit =
        query(canvas).mask((AttentionMask.Explicit) (row, slot) -> slot / 16 <= row / 16);
    denoiser.forward(List.of(blocks, explicit));
    assertThat(bits(explicit)).isEqualTo(bits(blocks));
    Query causal = query(canvas).mask(new AttentionMask.Causal());
    Query explicitCausal = query(canvas).mask((AttentionMask.Explicit) (row, slot) -> slot <= row);
    denoiser.forward(List.of(explicitCausal, causal));
    assertThat(bits(explicitCausal)).isEqualTo(bits(causal));
    assertThat(bits(causal)).isNotEqualTo(bits(blocks));
  }

  @Test
  void forward_blockCausal_laterBlocksDoNotMatter() {
    Denoiser denoiser = lladaModel.newDenoiser(Kernels.fastest(), POOL);
    int[] canvas = canvas(64, 0);
    int[] changed = canvas.clone();
    Arrays.fill(changed, 32, 64, 99);
    int[] first = IntStream.range(0, 32).toArray();
    Query a =
        new Query().rows(canvas, 0, 64).predict(first, 32).mask(new AttentionMask.BlockCausal(32));
    Query b =
        new Query().rows(changed, 0, 64).predict(first, 32).mask(new AttentionMask.BlockCausal(32));
    denoiser.forward(List.of(a, b));
    assertThat(bits(a)).isEqualTo(bits(b));
  }

  @Test
  void forward_slotsOutOfOrder_onlyRelabelsMemory() {
    Denoiser denoiser = lladaModel.newDenoiser(Kernels.fastest(), POOL);
    int[] canvas = canvas(40, 8);
    KvCache cache = denoiser.newCache(64);
    int[] positions = IntStream.range(0, 40).toArray();
    // the same slots as positions, given explicitly and fed in two calls
    Query prompt = new Query(cache).rows(canvas, 0, 40);
    predictMasked(prompt, canvas, 0);
    denoiser.forward(List.of(prompt));
    Query again = new Query(cache).rows(canvas, positions, positions, 40);
    predictMasked(again, canvas, 0);
    denoiser.forward(List.of(again));
    assertThat(bits(again)).isEqualTo(bits(prompt));
    // copying a slot moves its key and value
    cache.copy(3, 50);
    Query moved = new Query(cache).rows(canvas, 8, 40).keys(51);
    moved.mask((AttentionMask.Explicit) (row, slot) -> slot != 3 && (slot < 40 || slot == 50));
    predictMasked(moved, canvas, 8);
    Query plain = new Query(cache).rows(canvas, 8, 40).keys(40);
    predictMasked(plain, canvas, 8);
    denoiser.forward(List.of(plain));
    denoiser.forward(List.of(moved));
    for (int i = 0; i < plain.predictions().count(); i++) {
      assertThat(moved.predictions().token(i)).isEqualTo(plain.predictions().token(i));
    }
  }

  @Test
  void noise_sameKeySameToken_differsBetweenKeys() {
    Denoiser denoiser = lladaModel.newDenoiser(Kernels.fastest(), POOL);
    int[] canvas = canvas(40, 30);
    List<Query> queries = new ArrayList<>();
    for (long key : new long[] {1, 1, 2}) {
      Query q = query(canvas);
      q.noise(3.0, new SplittableRandom(key).longs(q.predictedCount()).toArray());
      queries.add(q);
    }
    denoiser.forward(queries);
    assertThat(bits(queries.get(1))).isEqualTo(bits(queries.get(0)));
    assertThat(bits(queries.get(2))).isNotEqualTo(bits(queries.get(0)));
  }

  @Test
  void predictions_agreeWithLogits() {
    Denoiser denoiser = lladaModel.newDenoiser(Kernels.fastest(), POOL);
    int[] canvas = canvas(50, 25);
    Query query = query(canvas).wantLogits(true).suppress(denoiser.maskId(), 17);
    denoiser.forward(List.of(query));
    int vocabulary = denoiser.vocabSize();
    for (int i = 0; i < query.predictedCount(); i++) {
      double max = Double.NEGATIVE_INFINITY;
      int arg = -1;
      double[] l = new double[vocabulary];
      for (int v = 0; v < vocabulary; v++) {
        boolean suppressed = v == denoiser.maskId() || v == 17;
        l[v] =
            suppressed
                ? Double.NEGATIVE_INFINITY
                : query.predictions().logits()[i * vocabulary + v];
        if (l[v] > max) {
          max = l[v];
          arg = v;
        }
      }
      double sum = 0;
      for (double x : l) {
        sum += Math.exp(x - max);
      }
      double entropy = 0;
      double second = 0;
      for (int v = 0; v < vocabulary; v++) {
        double p = Math.exp(l[v] - max) / sum;
        entropy -= p > 0 ? p * Math.log(p) : 0;
        second = v == arg ? second : Math.max(second, p);
      }
      assertThat(query.predictions().token(i)).isEqualTo(arg);
      assertClose(1 - query.predictions().top(i), (sum - 1) / sum);
      assertClose(query.predictions().second(i), second);
      assertClose(query.predictions().entropy(i), entropy);
      assertThat(query.predictions().confidence(i)).isEqualTo(query.predictions().top(i));
    }
  }

  @Test
  void ask_isTheTokensProbability() {
    Denoiser denoiser = lladaModel.newDenoiser(Kernels.fastest(), POOL);
    int[] canvas = canvas(50, 25);
    Query query = query(canvas).wantLogits(true).suppress(denoiser.maskId());
    int[] tokens = IntStream.range(0, query.predictedCount()).map(i -> 81 * i % 2037).toArray();
    denoiser.forward(List.of(query.ask(tokens)));
    for (int i = 0; i < tokens.length; i++) {
      double fused = query.predictions().asked(i);
      query.predictions().setAskedFromLogits(i, tokens[i], query.suppressed());
      assertThat(fused).isEqualTo(query.predictions().asked(i)).isBetween(0.0, 1.0);
    }
    tokens = IntStream.range(0, tokens.length).map(query.predictions()::token).toArray();
    denoiser.forward(List.of(query.ask(tokens)));
    for (int i = 0; i < tokens.length; i++) {
      assertThat(query.predictions().asked(i)).isEqualTo(query.predictions().confidence(i));
    }
  }

  @Test
  void softTokens_ofOneToken_areThatToken() {
    Denoiser denoiser = lladaModel.newDenoiser(Kernels.fastest(), POOL);
    int[] canvas = canvas(40, 10);
    int[] other = canvas.clone();
    other[3] = 99;
    int[] expected = run(denoiser, other);
    assertThat(expected).isNotEqualTo(run(denoiser, canvas));
    SoftTokens soft =
        new SoftTokens() {
          @Override
          public int count(int row) {
            return row == 3 ? 2 : 0;
          }

          @Override
          public int token(int row, int i) {
            return i == 0 ? 99 : 5;
          }

          @Override
          public float weight(int row, int i) {
            return i == 0 ? 1 : 0;
          }
        };
    Query query = query(canvas).softTokens(soft);
    denoiser.forward(List.of(query));
    assertThat(bits(query)).isEqualTo(expected);
  }

  /** Float32 exponentials summed in float32 lanes: a few units of 2^-24, relative. */
  private static void assertClose(double actual, double expected) {
    assertThat(Math.abs(actual - expected)).isLessThan(2e-6 * expected + 1e-15);
  }

  @Test
  void forward_badInput_saysWhat() {
    Denoiser denoiser = lladaModel.newDenoiser(Kernels.fastest(), POOL);
    assertThatThrownBy(() -> denoiser.forward(List.of()))
        .hasMessage("a forward call needs at least one query");
    int[] canvas = {1, 2, 2048};
    assertThatThrownBy(() -> denoiser.forward(List.of(new Query().rows(canvas, 0, 3))))
        .hasMessage("token id 2048 in query 0 is outside [0, 2048)");
    KvCache small = denoiser.newCache(2);
    assertThatThrownBy(() -> denoiser.forward(List.of(new Query(small).rows(canvas, 0, 3))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("cache of 2");
  }

  private static int fullToken(Query full, int[] canvas, int from, int i) {
    return full.predictions().token(i + maskedBefore(canvas, from));
  }

  private static double fullConfidence(Query full, int[] canvas, int from, int i) {
    return full.predictions().confidence(i + maskedBefore(canvas, from));
  }

  private static int maskedBefore(int[] canvas, int end) {
    return (int) Arrays.stream(canvas, 0, end).filter(id -> id == 2037).count();
  }

  private static int[] canvas(int length, int masks) {
    SplittableRandom random = new SplittableRandom(length * 31L + masks);
    int[] canvas = random.ints(length, 0, 2032).toArray();
    for (int i = 0; i < masks; i++) {
      canvas[length - 1 - random.nextInt(Math.min(length, 2 * masks))] = 2037;
    }
    return canvas;
  }

  private static Query query(int[] canvas) {
    Query query = new Query().rows(canvas, 0, canvas.length);
    predictMasked(query, canvas, 0);
    return query;
  }

  private static void predictMasked(Query query, int[] canvas, int from) {
    int[] masked =
        IntStream.range(from, canvas.length)
            .filter(i -> canvas[i] == 2037)
            .map(i -> i - from)
            .toArray();
    query.predict(masked, masked.length);
  }

  private static int[] run(Denoiser denoiser, int[] canvas) {
    Query query = query(canvas);
    denoiser.forward(List.of(query));
    return bits(query);
  }

  private static int[] bits(Query query) {
    int n = query.predictedCount();
    int[] bits = new int[9 * n];
    for (int i = 0; i < n; i++) {
      bits[9 * i] = query.predictions().token(i);
      long[] values = {
        Double.doubleToRawLongBits(query.predictions().confidence(i)),
        Double.doubleToRawLongBits(query.predictions().top(i)),
        Double.doubleToRawLongBits(query.predictions().second(i)),
        Double.doubleToRawLongBits(query.predictions().entropy(i))
      };
      for (int v = 0; v < 4; v++) {
        bits[9 * i + 1 + 2 * v] = (int) values[v];
        bits[9 * i + 2 + 2 * v] = (int) (values[v] >>> 32);
      }
    }
    return bits;
  }
}

package org.unmask.tornado.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Rotation and attention of 5 rows of one query against a cache of 48 slots, in the second of two
 * layers, with 4 heads on 2 heads of keys.
 */
class AttentionKernelTest {

  private static final int ROWS = 5;
  private static final int KEYS = 45;
  private static final int HEADS = 4;
  private static final int KV_HEADS = 2;
  private static final int HEAD_DIM = 24;
  private static final int PAIRS = 8;
  private static final int KV_WIDTH = KV_HEADS * HEAD_DIM;
  private static final int KEYS_AT = 100;
  private static final int VALUES_AT = KEYS_AT + 48 * KV_WIDTH;
  private static final int LAYER = 2 * 48 * KV_WIDTH;
  private static final int[] SLOTS = {3, 44, 7, 0, 20};
  private static final int[] POSITIONS = {3, 9, 7, 0, 5};
  private static final int[] VISIBLE = {45, 1, 33, 45, 12};

  private final SplittableRandom random = new SplittableRandom(11);
  private final FloatArray pool = floats(VALUES_AT + 2 * LAYER);

  private FloatArray floats(int size) {
    FloatArray array = new FloatArray(size);
    for (int i = 0; i < size; i++) {
      array.set(i, (float) random.nextDouble(-1, 1));
    }
    return array;
  }

  private static IntArray tables(int maskRow) {
    IntArray t = new IntArray(200);
    int[] starts = {20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120};
    for (int i = 0; i < starts.length; i++) {
      t.set(i, starts[i]);
    }
    for (int r = 0; r < ROWS; r++) {
      t.set(starts[Tables.POSITIONS] + r, POSITIONS[r]);
      t.set(starts[Tables.OWNERS] + r, 0);
      t.set(starts[Tables.SLOTS] + r, SLOTS[r]);
      t.set(starts[Tables.VISIBLE] + r, VISIBLE[r]);
      t.set(starts[Tables.MASKS] + r, r == maskRow ? 0 : -1);
      t.set(starts[Tables.MEANS] + r, r == 2 ? Integer.MAX_VALUE : 0);
    }
    t.set(starts[Tables.OWNERS] + ROWS, -1);
    int[] cache = {KEYS_AT, 0, VALUES_AT, 0, LAYER, 0, 0, 0};
    for (int i = 0; i < cache.length; i++) {
      t.set(starts[Tables.CACHES] + i, cache[i]);
    }
    int[] tiles = {0, ROWS, KEYS, 0, 77, 0, 77, 77}; // the second is not in use
    for (int i = 0; i < tiles.length; i++) {
      t.set(starts[Tables.TILES] + i, tiles[i]);
    }
    return t;
  }

  private static boolean sees(int row, int key, int maskRow, int mask) {
    return key < VISIBLE[row] && (row != maskRow || (mask >>> key % 32 & 1) == 1);
  }

  /** Softmax weights of a row and head. */
  private double[] weights(FloatArray q, int row, int head, int maskRow, int mask) {
    double[] weights = new double[KEYS];
    double sum = 0;
    for (int k = 0; k < KEYS; k++) {
      double score = 0;
      for (int d = 0; d < HEAD_DIM; d++) {
        int at = KEYS_AT + LAYER + k * KV_WIDTH + head / 2 * HEAD_DIM + d;
        score += (double) q.get((row * HEADS + head) * HEAD_DIM + d) * pool.get(at);
      }
      weights[k] = sees(row, k, maskRow, mask) ? Math.exp(score) : 0;
      sum += weights[k];
    }
    for (int k = 0; k < KEYS; k++) {
      weights[k] /= sum;
    }
    return weights;
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 3})
  void attend_cacheAndMask_softmaxOfVisibleKeys(int maskRow) {
    int mask = 0b1011_0110_1101_0101_1110;
    IntArray masks = IntArray.fromElements(mask, mask);
    FloatArray q = floats(ROWS * HEADS * HEAD_DIM);
    FloatArray out = new FloatArray(ROWS * HEADS * HEAD_DIM);
    IntArray tables = tables(maskRow);
    HostGrid.run(
        2 * HEADS,
        AttentionKernel.GROUP,
        c -> AttentionKernel.attend(c, tables, masks, q, pool, out, 1, HEADS, KV_HEADS, HEAD_DIM));
    for (int i = 0; i < out.getSize(); i++) {
      int head = i / HEAD_DIM % HEADS;
      double[] weights = weights(q, i / HEAD_DIM / HEADS, head, maskRow, mask);
      double sum = 0;
      for (int k = 0; k < KEYS; k++) {
        int at = VALUES_AT + LAYER + k * KV_WIDTH + head / 2 * HEAD_DIM + i % HEAD_DIM;
        sum += weights[k] * pool.get(at);
      }
      assertThat(out.get(i)).as("element %d", i).isCloseTo((float) sum, within(1e-5f));
    }
  }

  @Test
  void means_twoLayers_averageOfWeights() {
    FloatArray q = floats(ROWS * HEADS * HEAD_DIM);
    FloatArray scores = new FloatArray(ROWS * HEADS * (KEYS + 1));
    FloatArray means = floats(ROWS * KEYS);
    IntArray tables = tables(-1);
    IntArray masks = new IntArray(1);
    int pairs = ROWS * HEADS;
    int cells = ROWS * KEYS;
    HostGrid.run(1, 256, c -> MeansKernel.clearMeans(c, means, cells));
    HostGrid.run(
        1,
        32,
        c ->
            MeansKernel.weigh(
                c, tables, masks, q, pool, scores, 1, HEADS, KV_HEADS, HEAD_DIM, KEYS, pairs));
    HostGrid.run(
        1, 256, c -> MeansKernel.addMeans(c, tables, scores, means, 1, 2, HEADS, KEYS, cells));
    for (int i = 0; i < cells; i++) {
      double sum = 0;
      for (int h = 0; h < HEADS && i / KEYS != 2; h++) {
        sum += weights(q, i / KEYS, h, -1, 0)[i % KEYS];
      }
      assertThat(means.get(i)).isCloseTo((float) (sum / HEADS / 2), within(1e-5f));
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {0f, 1e-5f})
  void rotate_queriesKeysValues_whereTheyBelong(float eps) {
    int all = (HEADS + 2 * KV_HEADS) * HEAD_DIM;
    FloatArray qkv = floats((ROWS + 1) * all);
    FloatArray bias = floats(all);
    FloatArray qNorm = floats(HEAD_DIM);
    FloatArray kNorm = floats(HEAD_DIM);
    FloatArray angles = floats(2 * 10 * PAIRS);
    FloatArray q = new FloatArray((ROWS + 1) * HEADS * HEAD_DIM);
    FloatArray before = FloatArray.fromSegment(pool.getSegment());
    IntArray tables = tables(-1);
    int size = qkv.getSize();
    HostGrid.run(
        Math.ceilDiv(size, 256),
        256,
        c ->
            RotaryKernel.rotateHeads(
                c,
                tables,
                qkv,
                bias,
                qNorm,
                kNorm,
                angles,
                pool,
                q,
                1,
                HEADS,
                KV_HEADS,
                HEAD_DIM,
                PAIRS,
                eps,
                10 * PAIRS,
                size));
    for (int row = 0; row < ROWS; row++) {
      for (int head = 0; head < HEADS + 2 * KV_HEADS; head++) {
        boolean isValue = head >= HEADS + KV_HEADS;
        double[] x = new double[HEAD_DIM];
        double squares = 0;
        for (int d = 0; d < HEAD_DIM; d++) {
          x[d] = qkv.get(row * all + head * HEAD_DIM + d) + bias.get(head * HEAD_DIM + d);
          squares += x[d] * x[d];
        }
        for (int d = 0; d < HEAD_DIM && eps > 0 && !isValue; d++) {
          x[d] *= (head < HEADS ? qNorm : kNorm).get(d) / Math.sqrt(squares / HEAD_DIM + eps);
        }
        for (int j = 0; j < PAIRS && !isValue; j++) {
          double cosine = angles.get(POSITIONS[row] * PAIRS + j);
          double sine = angles.get(10 * PAIRS + POSITIONS[row] * PAIRS + j);
          double a = x[j];
          double b = x[j + PAIRS];
          x[j] = a * cosine - b * sine;
          x[j + PAIRS] = b * cosine + a * sine;
        }
        for (int d = 0; d < HEAD_DIM; d++) {
          int kvHead = (head - HEADS) % KV_HEADS;
          int slot = LAYER + SLOTS[row] * KV_WIDTH + kvHead * HEAD_DIM + d;
          float is =
              head < HEADS
                  ? q.get((row * HEADS + head) * HEAD_DIM + d)
                  : pool.get((isValue ? VALUES_AT : KEYS_AT) + slot);
          double scale = head < HEADS ? 1 / Math.sqrt(HEAD_DIM) : 1;
          assertThat(is)
              .as("%d %d %d", row, head, d)
              .isCloseTo((float) (x[d] * scale), within(2e-5f));
        }
      }
    }
    for (int i = 0; i < KEYS_AT + LAYER; i++) { // the other layer is left alone
      assertThat(pool.get(i)).isEqualTo(before.get(i));
    }
  }
}

package org.unmask.tornado.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** The kernels, run as plain Java, against plain loops. */
class KernelsTest {

  private static final float TOLERANCE = 2e-5f;

  private final SplittableRandom random = new SplittableRandom(7);

  private FloatArray floats(int size) {
    FloatArray array = new FloatArray(size);
    for (int i = 0; i < size; i++) {
      array.set(i, (float) random.nextDouble(-1, 1));
    }
    return array;
  }

  /** A table array in which the given tables lie one after the other. */
  private static IntArray tables(int[] which, int[]... contents) {
    int size = Tables.HEADER + Arrays.stream(contents).mapToInt(each -> each.length).sum();
    IntArray array = new IntArray(size);
    int at = Tables.HEADER;
    for (int i = 0; i < which.length; i++) {
      array.set(which[i], at);
      for (int value : contents[i]) {
        array.set(at++, value);
      }
    }
    return array;
  }

  private static void assertClose(FloatArray actual, int at, double expected) {
    assertThat(actual.get(at)).as("element %d", at).isCloseTo((float) expected, within(TOLERANCE));
  }

  @Test
  void embedGather_rows_copied() {
    FloatArray table = floats(5 * 6);
    FloatArray x = new FloatArray(3 * 6);
    int[] ids = {4, 0, 2};
    IntArray tables = tables(new int[] {Tables.IDS, Tables.SOURCES}, ids, ids);
    HostGrid.run(1, 32, c -> RowKernels.embed(c, tables, table, x, 6, 18));
    FloatArray kept = new FloatArray(18);
    HostGrid.run(1, 32, c -> RowKernels.gather(c, tables, table, kept, 6, 18));
    for (int i = 0; i < 18; i++) {
      assertClose(x, i, table.get(ids[i / 6] * 6 + i % 6));
      assertClose(kept, i, table.get(ids[i / 6] * 6 + i % 6));
    }
  }

  @Test
  void norm_row_ofUnitMeanSquare() {
    int width = 300;
    FloatArray x = floats(2 * width);
    FloatArray weight = floats(width);
    FloatArray out = new FloatArray(2 * width);
    HostGrid.run(
        2, RowKernels.NORM_GROUP, c -> RowKernels.normRows(c, x, weight, out, width, 1e-5f));
    for (int r = 0; r < 2; r++) {
      double squares = 0;
      for (int i = 0; i < width; i++) {
        squares += (double) x.get(r * width + i) * x.get(r * width + i);
      }
      double scale = 1 / Math.sqrt(squares / width + 1e-5);
      for (int i = 0; i < width; i++) {
        assertClose(out, r * width + i, x.get(r * width + i) * scale * weight.get(i));
      }
    }
  }

  @Test
  void swiGlu_gateAndUp_multiplied() {
    FloatArray gateUp = floats(2 * 2 * 5);
    FloatArray inner = new FloatArray(2 * 5);
    HostGrid.run(1, 16, c -> RowKernels.swiGlu(c, gateUp, inner, 5, 10));
    for (int i = 0; i < 10; i++) {
      double gate = gateUp.get(i / 5 * 10 + i % 5);
      assertClose(inner, i, gate / (1 + Math.exp(-gate)) * gateUp.get(i / 5 * 10 + 5 + i % 5));
    }
  }

  @Test
  void copySlot_cache_everyLayer() {
    FloatArray pool = floats(100);
    FloatArray before = FloatArray.fromSegment(pool.getSegment());
    IntArray slots = IntArray.fromElements(10, 22, 24, 1, 3); // 4 slots of 3, 2 layers
    HostGrid.run(1, 8, c -> RowKernels.copySlot(c, slots, pool, 3, 6));
    for (int i = 0; i < 100; i++) {
      int within = (i - 10) % 12;
      boolean isCopied = i >= 10 && i < 58 && within >= 9;
      assertClose(pool, i, before.get(isCopied ? i - 6 : i));
    }
  }

  @ParameterizedTest
  @CsvSource({"70,66,40,0", "16,130,37,1", "64,64,16,0"})
  void product_anySize_plainSums(int rows, int outputs, int inputs, int accumulate) {
    FloatArray in = floats(rows * inputs);
    FloatArray weight = floats(outputs * inputs);
    FloatArray out = floats(rows * outputs);
    FloatArray before = FloatArray.fromSegment(out.getSegment());
    int groups = Math.ceilDiv(rows, 64) * Math.ceilDiv(outputs, 64);
    HostGrid.run(
        groups,
        ProductKernel.GROUP,
        c -> ProductKernel.product(c, in, weight, out, rows, outputs, inputs, accumulate));
    for (int i = 0; i < rows * outputs; i++) {
      double sum = accumulate * before.get(i);
      for (int k = 0; k < inputs; k++) {
        sum += (double) in.get(i / outputs * inputs + k) * weight.get(i % outputs * inputs + k);
      }
      assertClose(out, i, sum);
    }
  }

  @Test
  void chunk_logits_statisticsOfThem() {
    int vocabulary = 1500;
    FloatArray logits = floats(2 * vocabulary);
    logits.set(3, 2f);
    logits.set(700, 2f); // a tie: the lower token wins
    IntArray tables = tables(new int[] {Tables.SUPPRESSED}, new int[] {1, 1200, -1, 0});
    HostGrid.run(1, 2, c -> HeadKernel.suppress(c, tables, logits, vocabulary, 2));
    assertThat(logits.get(vocabulary + 1200)).isEqualTo(HeadKernel.LOWEST);
    FloatArray cells = new FloatArray(16);
    IntArray tokens = new IntArray(4);
    HostGrid.run(
        4, HeadKernel.GROUP, c -> HeadKernel.chunk(c, logits, cells, tokens, vocabulary, 2));
    assertThat(tokens.get(0)).isEqualTo(3);
    assertThat(cells.get(1)).isEqualTo(2f);
    for (int cell = 0; cell < 4; cell++) {
      int first = cell / 2 * vocabulary + cell % 2 * 1024;
      int n = cell % 2 == 0 ? 1024 : vocabulary - 1024;
      int arg = first - cell % 2 * 1024 + tokens.get(cell);
      double sum = 0;
      double weighted = 0;
      for (int v = first; v < first + n; v++) {
        assertThat(logits.get(v)).isLessThanOrEqualTo(cells.get(4 * cell));
        double distance = logits.get(v) - cells.get(4 * cell);
        if (v != arg && distance > -100) {
          sum += Math.exp(distance);
          weighted += Math.exp(distance) * distance;
        }
      }
      assertThat(cells.get(4 * cell)).isEqualTo(logits.get(arg));
      assertThat(cells.get(4 * cell + 2)).isCloseTo((float) sum, within(1e-2f));
      assertThat(cells.get(4 * cell + 3)).isCloseTo((float) weighted, within(1e-2f));
    }
  }
}

package org.unmask.model.transformer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.unmask.model.Denoiser;
import org.unmask.model.Query;
import org.unmask.runtime.exec.WorkerPool;
import org.unmask.runtime.kernel.Kernels;
import org.unmask.runtime.nn.WeightFormat;
import org.unmask.weights.Checkpoint;
import org.unmask.weights.safetensors.Dtype;

/** Every family's forward pass, on small drawn models, against the plain one in double. */
class FamilyForwardTest {

  private static final WorkerPool POOL = new WorkerPool(2);
  private static final int[] IDS = new SplittableRandom(5).ints(35, 0, 70).toArray();

  @TempDir private Path folder;

  @AfterAll
  static void close() {
    POOL.close();
  }

  @ParameterizedTest
  @EnumSource
  void forward_equalsTheDoubleOne(TinyModels family) throws IOException {
    TinyModel model = family.draw();
    try (Checkpoint checkpoint = model.write(folder)) {
      Transformer transformer = Transformer.load(checkpoint, POOL);
      assertThat(transformer.config().shift()).isEqualTo(family.shift);
      float[] logits = logits(transformer.newDenoiser(Kernels.fastest(), POOL), IDS);
      assertNear(logits, new DoubleForward(model).logits(IDS));
    }
  }

  /**
   * Logits within 2e-4 and the same arg-max, as is promised for every checkpoint; and tighter: the
   * error of float32, 6e-8 of every rounding, adds up over 2 to 3 layers.
   */
  private static void assertNear(float[] actual, double[][] expected) {
    int vocabulary = expected[0].length;
    double worst = 0;
    double size = 0;
    for (int t = 0; t < expected.length; t++) {
      int best = 0;
      int expectedBest = 0;
      for (int v = 0; v < vocabulary; v++) {
        best = actual[t * vocabulary + v] > actual[t * vocabulary + best] ? v : best;
        expectedBest = expected[t][v] > expected[t][expectedBest] ? v : expectedBest;
        worst = Math.max(worst, Math.abs(actual[t * vocabulary + v] - expected[t][v]));
        size = Math.max(size, Math.abs(expected[t][v]));
      }
      assertThat(best).as("arg-max of row %d", t).isEqualTo(expectedBest);
    }
    assertThat(size).as("largest logit").isGreaterThan(0.5);
    assertThat(worst).as("error at a largest logit of %s", size).isLessThan(3e-6 * size);
    assertThat(worst).isLessThan(2e-4);
  }

  @ParameterizedTest
  @EnumSource
  void storage_doesNotChangeABit(TinyModels family) throws IOException {
    TinyModel model = family.draw();
    int[] expected = bits(model, "f32", Dtype.F32, 1, WeightFormat.F32);
    for (Dtype dtype : List.of(Dtype.BF16, Dtype.F16)) {
      assertThat(bits(model, "one-" + dtype, dtype, 1, WeightFormat.F32)).isEqualTo(expected);
    }
    assertThat(bits(model, "sharded", Dtype.BF16, 3, WeightFormat.BF16)).isEqualTo(expected);
    assertThat(bits(model, "half", Dtype.F16, 5, WeightFormat.F16)).isEqualTo(expected);
  }

  @ParameterizedTest
  @EnumSource
  void scheduleThreadsWidthAndBatch_doNotChangeABit(TinyModels family) throws IOException {
    try (Checkpoint checkpoint = family.draw().write(folder);
        WorkerPool one = new WorkerPool(1);
        WorkerPool two = new WorkerPool(2)) {
      for (WeightFormat format : List.of(WeightFormat.F32, WeightFormat.INT8, WeightFormat.INT4)) {
        Transformer model = Transformer.load(checkpoint, format, POOL);
        Kernels plain = format == WeightFormat.F32 ? Kernels.scalar() : Kernels.named("256");
        float[] expected = logits(model.newDenoiser(plain, one, true), IDS);
        assertThat(logits(model.newDenoiser(Kernels.fastest(), one, false), IDS))
            .isEqualTo(expected);
        assertThat(logits(model.newDenoiser(Kernels.named("128"), two, false), IDS))
            .isEqualTo(expected);
        Denoiser batched = model.newDenoiser(Kernels.fastest(), two, false);
        Query first = query(new int[] {3, 1, 4, 1, 5, 9, 2, 6, 5});
        Query second = query(IDS);
        batched.forward(List.of(first, second));
        assertThat(Arrays.copyOf(second.predictions().logits(), expected.length))
            .isEqualTo(expected);
      }
    }
  }

  @Test
  void sideCar_makesADiffusionModelOfAQwen() throws IOException {
    TinyModel asFull =
        new TinyModel(
            TinyModels.QWEN2.draw().shape().sees("full", 0),
            "",
            20261122 + TinyModels.QWEN2.ordinal());
    TinyModel model = TinyModels.QWEN2.draw();
    Files.writeString(
        folder.resolve("unmask.json"), "{\"mask_id\":71,\"shift\":1,\"attention\":\"full\"}");
    try (Checkpoint checkpoint = model.write(folder)) {
      Transformer transformer = Transformer.load(checkpoint, POOL);
      assertThat(transformer.config().maskId()).isEqualTo(71);
      assertNear(
          logits(transformer.newDenoiser(Kernels.fastest(), POOL), IDS),
          new DoubleForward(asFull).logits(IDS));
    }
  }

  @Test
  void tied_embeddingWinsOverAStoredHead() throws IOException {
    TinyModel model = TinyModels.QWEN3.draw();
    double[][] expected = new DoubleForward(model).logits(IDS);
    model.put("head", new float[77 * 72], 77, 72);
    try (Checkpoint checkpoint = model.write(folder)) {
      Transformer transformer = Transformer.load(checkpoint, POOL);
      assertNear(logits(transformer.newDenoiser(Kernels.fastest(), POOL), IDS), expected);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"DREAM", "FAST_DLLM", "QWEN2", "LLAMA"})
  void shifted_rowIsReadFromTheOneBefore(TinyModels family) throws IOException {
    try (Checkpoint checkpoint = family.draw().write(folder)) {
      Denoiser denoiser = Transformer.load(checkpoint, POOL).newDenoiser(Kernels.fastest(), POOL);
      float[] raw = logits(denoiser, IDS);
      int n = IDS.length;
      Query query =
          new Query()
              .rows(IDS, 0, n)
              .predict(IntStream.rangeClosed(0, n).toArray(), n + 1)
              .wantLogits(true);
      denoiser.forward(List.of(query));
      int v = denoiser.vocabSize();
      for (int row = 0; row <= n; row++) {
        int from = Math.max(0, row - 1) * v;
        assertThat(Arrays.copyOfRange(query.predictions().logits(), row * v, (row + 1) * v))
            .as("row %d", row)
            .isEqualTo(Arrays.copyOfRange(raw, from, from + v));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"SDAR", "FAST_DLLM", "LLADA2", "QWEN3"})
  void laterBlocks_doNotReachBack(TinyModels family) throws IOException {
    try (Checkpoint checkpoint = family.draw().write(folder)) {
      Denoiser denoiser = Transformer.load(checkpoint, POOL).newDenoiser(Kernels.fastest(), POOL);
      int[] changed = IDS.clone();
      for (int i = 32; i < changed.length; i++) {
        changed[i] = (changed[i] + 1) % 70;
      }
      int kept = 32 * denoiser.vocabSize();
      float[] before = logits(denoiser, IDS);
      float[] after = logits(denoiser, changed);
      assertThat(Arrays.copyOf(after, kept)).isEqualTo(Arrays.copyOf(before, kept));
      assertThat(after).isNotEqualTo(before);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"LLADA", "SDAR", "LLADA_MOE", "LLADA2"})
  void quantised_staysNear(TinyModels family) throws IOException {
    TinyModel model = family.draw();
    double[][] expected = new DoubleForward(model).logits(IDS);
    try (Checkpoint checkpoint = model.write(folder)) {
      double int8 = error(checkpoint, WeightFormat.INT8, expected);
      double int4 = error(checkpoint, WeightFormat.INT4, expected);
      // weights are uniform: a step of 1/127 or 1/7 of the largest rounds them by 0.4 % or 8 % rms
      assertThat(int8).isBetween(1e-4, 0.15); // experts near a tie may be swapped
      assertThat(int4).isBetween(int8, 0.6);
    }
  }

  private static double error(Checkpoint checkpoint, WeightFormat format, double[][] expected)
      throws IOException {
    Transformer transformer = Transformer.load(checkpoint, format, POOL);
    float[] logits = logits(transformer.newDenoiser(Kernels.fastest(), POOL), IDS);
    double difference = 0;
    double size = 0;
    for (int i = 0; i < logits.length; i++) {
      double e = expected[i / expected[0].length][i % expected[0].length];
      difference += (logits[i] - e) * (logits[i] - e);
      size += e * e;
    }
    return Math.sqrt(difference / size);
  }

  private int[] bits(TinyModel model, String name, Dtype dtype, int shards, WeightFormat format)
      throws IOException {
    try (Checkpoint checkpoint = model.write(folder.resolve(name), dtype, shards)) {
      Transformer transformer = Transformer.load(checkpoint, format, POOL);
      float[] logits = logits(transformer.newDenoiser(Kernels.fastest(), POOL), IDS);
      return IntStream.range(0, logits.length)
          .map(i -> Float.floatToRawIntBits(logits[i]))
          .toArray();
    }
  }

  private static Query query(int[] ids) {
    return new Query()
        .rows(ids, 0, ids.length)
        .predict(IntStream.range(0, ids.length).toArray(), ids.length)
        .unshifted(true)
        .wantLogits(true);
  }

  private static float[] logits(Denoiser denoiser, int[] ids) {
    Query query = query(ids);
    denoiser.forward(List.of(query));
    return Arrays.copyOf(query.predictions().logits(), ids.length * denoiser.vocabSize());
  }
}

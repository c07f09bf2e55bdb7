package org.unmask.gpu.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.unmask.gpu.GpuModel;
import org.unmask.gpu.ShippedModels;
import org.unmask.model.AttentionMask;
import org.unmask.model.Denoiser;
import org.unmask.model.Query;
import org.unmask.model.device.DeviceException;
import org.unmask.model.device.Precision;
import org.unmask.model.transformer.StoredWeights;
import org.unmask.model.transformer.TransformerConfig;
import org.unmask.weights.Checkpoint;

/** The host's side of CUDA, against a driver that does nothing. */
class CudaOpsTest {

  private static final long PLENTY = 1L << 36;

  private static Checkpoint checkpoint;
  private static StoredWeights stored;

  private final List<String> products = new ArrayList<>();

  @BeforeAll
  static void open() throws IOException {
    checkpoint = ShippedModels.open("unmask-llada-6m");
    stored = StoredWeights.of(checkpoint);
  }

  @AfterAll
  static void close() {
    checkpoint.close();
  }

  private GpuModel model(FakeDriver driver, Precision precision) {
    Blas blas =
        new Blas() {
          @Override
          public void product(
              long a,
              long w,
              long out,
              int rows,
              int columns,
              int depth,
              Type in,
              Type result,
              boolean accumulate) {
            products.add(in + "->" + result + (accumulate ? " +" : ""));
          }

          @Override
          public void close() {}
        };
    KernelCompiler compiler = (source, options) -> new byte[16];
    CudaOps ops = new CudaOps(stored.config(), precision, driver, compiler, blas);
    return GpuModel.load(stored, ops, "nothing");
  }

  private static Query query(int rows) {
    int[] all = IntStream.range(0, rows).toArray();
    return new Query().rows(new int[rows], 0, rows).predict(all, rows);
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void forward_step_launchesEachOperationOnce(Precision precision) {
    FakeDriver driver = new FakeDriver(PLENTY);
    try (GpuModel model = model(driver, precision)) {
      driver.calls.clear();
      model.newDenoiser().forward(List.of(query(40)));
      int layers = stored.config().numLayers();
      assertThat(Collections.frequency(driver.calls, "launch rms_norm")).isEqualTo(2 * layers + 1);
      assertThat(Collections.frequency(driver.calls, "launch rotate")).isEqualTo(layers);
      assertThat(Collections.frequency(driver.calls, "launch swiglu")).isEqualTo(layers);
      assertThat(driver.launches().stream().filter(call -> call.contains("attend")))
          .hasSize(layers);
      long own = driver.launches().stream().filter(call -> call.contains("product_")).count();
      assertThat(own + products.size()).isEqualTo(4L * layers + 1);
      assertThat(own).isEqualTo(precision == Precision.EXACT ? 4L * layers + 1 : 0);
    }
  }

  @Test
  void product_halfPrecision_sumsAndLogitsInFloat() {
    try (GpuModel model = model(new FakeDriver(PLENTY), Precision.BF16)) {
      model.newDenoiser().forward(List.of(query(5)));
      assertThat(products).contains("BF16->BF16", "BF16->FLOAT +").endsWith("BF16->FLOAT");
    }
  }

  @Test
  void forward_sameShapeAgain_isRecordedThenReplayed() {
    FakeDriver driver = new FakeDriver(PLENTY);
    try (GpuModel model = model(driver, Precision.BF16)) {
      Denoiser denoiser = model.newDenoiser();
      denoiser.forward(List.of(query(40)));
      assertThat(driver.calls).doesNotContain("begin", "replay");
      denoiser.forward(List.of(query(39)));
      assertThat(driver.calls).containsSubsequence("begin", "end", "replay");
      driver.calls.clear();
      denoiser.forward(List.of(query(38)));
      assertThat(driver.calls).containsExactly("copy in", "replay");
      driver.calls.clear();
      denoiser.forward(List.of(query(38).wantLogits(true)));
      assertThat(driver.calls).doesNotContain("replay");
      assertThat(driver.graphsHeld).isOne();
      denoiser.forward(List.of(query(400))); // grows what the recording points to
      assertThat(driver.graphsHeld).isZero();
    }
    assertThat(driver.graphsHeld).isZero();
  }

  @Test
  void close_anyUse_everythingIsFreed() {
    FakeDriver driver = new FakeDriver(PLENTY);
    try (GpuModel model = model(driver, Precision.EXACT)) {
      Denoiser denoiser = model.newDenoiser();
      Query cached = new Query(denoiser.newCache(64)).rows(new int[9], 0, 9);
      denoiser.forward(List.of(cached.predict(new int[] {2}, 1).wantAttention(2)));
      denoiser.forward(List.of(query(7).mask(mask())));
      assertThat(driver.used()).isPositive();
    }
    assertThat(driver.used()).isZero();
    assertThat(driver.hostHeld).isZero();
    assertThat(driver.isClosed).isTrue();
  }

  private static AttentionMask.Explicit mask() {
    return (row, slot) -> row >= slot;
  }

  @Test
  void load_tooLittleMemory_saysHowMuchIsMissingAndFreesTheRest() {
    FakeDriver driver = new FakeDriver(40 << 20);
    assertThatThrownBy(() -> model(driver, Precision.F32))
        .isInstanceOf(DeviceException.class)
        .hasMessageMatching(
            "the GPU has no room for .*: [\\d,]+ MB more are needed, .*MB are free.*");
    assertThat(driver.used()).isZero();
    assertThat(driver.isClosed).isTrue();
  }

  @Test
  void newCache_outOfMemory_takesBackWhatNobodyHolds() {
    FakeDriver driver = new FakeDriver(200 << 20);
    try (GpuModel model = model(driver, Precision.BF16)) {
      Denoiser denoiser = model.newDenoiser();
      int slots = 4096; // 32 MB
      for (int i = 0; i < 40; i++) {
        assertThat(denoiser.newCache(slots).slots()).isEqualTo(slots);
      }
      List<Object> held = new ArrayList<>();
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 40; i++) {
                  held.add(denoiser.newCache(slots));
                }
              })
          .hasMessageContaining("no room for keys and values");
      assertThat(held).hasSizeLessThan(40);
    }
  }

  @Test
  void forward_moreKeysThanFloat32Holds_saysWhatToDo() {
    try (GpuModel model = model(new FakeDriver(PLENTY), Precision.F32)) {
      Denoiser denoiser = model.newDenoiser();
      Query far = new Query(denoiser.newCache(70_000)).rows(new int[2], 0, 2).keys(70_000);
      assertThatThrownBy(() -> denoiser.forward(List.of(far)))
          .hasMessageContaining("70016 visible keys")
          .hasMessageContaining("--precision bf16");
    }
  }

  @Test
  void check_shapesWithoutKernels_saysWhatToDo() {
    TransformerConfig c = stored.config();
    TransformerConfig odd =
        new TransformerConfig(
            c.family(),
            c.vocabSize(),
            c.hiddenSize(),
            c.intermediateSize(),
            c.numLayers(),
            c.numHeads(),
            c.numKvHeads(),
            24,
            c.rmsNormEps(),
            c.rotaryFrequencies(),
            c.attention(),
            c.shift(),
            c.hasQkvBias(),
            c.hasQkNorm(),
            c.isTied(),
            c.maskId(),
            c.stopIds(),
            c.maxPositions(),
            null);
    assertThatThrownBy(() -> CudaBackend.check(odd, Precision.BF16))
        .hasMessage("a head size of 24 is not a multiple of 16 up to 128; use --precision f32");
    CudaBackend.check(odd, Precision.F32);
  }
}

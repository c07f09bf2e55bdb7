package org.unmask.gpu.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.unmask.gpu.GpuModel;
import org.unmask.gpu.ShippedModels;
import org.unmask.model.Query;
import org.unmask.model.device.DeviceException;
import org.unmask.model.device.Precision;
import org.unmask.model.transformer.StoredWeights;
import org.unmask.model.transformer.TransformerConfig;
import org.unmask.weights.Checkpoint;

/** The CUDA C that is compiled for a model. */
class KernelsTest {

  private static final Driver.Facts H200 = new Driver.Facts("H200", 9, 0, 132, 232448, 13000);
  private static final Driver.Facts SMALL = new Driver.Facts("4090", 8, 9, 128, 101376, 13000);

  private static Set<String> kernels(Precision precision) {
    Matcher found =
        Pattern.compile("extern \"C\" __global__ void (?:__launch_bounds__\\(\\d+\\) )?(\\w+)\\(")
            .matcher(Kernels.source(precision));
    Set<String> names = new TreeSet<>();
    while (found.find()) {
      names.add(found.group(1));
    }
    return names;
  }

  private static TransformerConfig config() throws IOException {
    try (Checkpoint checkpoint = ShippedModels.open("unmask-dream-6m")) {
      return StoredWeights.of(checkpoint).config();
    }
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void source_everyKernelThatIsLaunched_isThere(Precision precision) throws IOException {
    FakeDriver driver = new FakeDriver(1L << 36);
    Blas none =
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
              boolean accumulate) {}

          @Override
          public void close() {}
        };
    try (Checkpoint checkpoint = ShippedModels.open("unmask-dream-6m")) {
      StoredWeights stored = StoredWeights.of(checkpoint);
      CudaOps ops = new CudaOps(stored.config(), precision, driver, (s, o) -> new byte[8], none);
      try (GpuModel model = GpuModel.load(stored, ops, "nothing")) {
        for (int rows : new int[] {20, 900}) {
          int[] all = IntStream.range(0, rows).toArray();
          Query query = new Query().rows(new int[rows], 0, rows).predict(all, rows);
          model.newDenoiser().forward(List.of(query.suppress(3).wantAttention(1)));
        }
        model.newDenoiser().newCache(9).copy(1, 2);
      }
    }
    Set<String> launched = new TreeSet<>();
    driver.launches().forEach(call -> launched.add(call.substring("launch ".length())));
    assertThat(launched).hasSizeGreaterThan(10);
    assertThat(kernels(precision)).containsAll(launched);
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void options_namedByTheSource_areAllGiven(Precision precision) throws IOException {
    String given = String.join(" ", Kernels.options(config(), precision, H200));
    assertThat(given).contains("sm_90", "--fmad=false", "-DHIDDEN=256", "-DEPS=0x");
    for (String name : List.of("STORE", "HEADS", "KV_HEADS", "HEAD_DIM", "ROTARY", "STAGES")) {
      assertThat(given).contains("-D" + name + "=");
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Precision.class,
      names = {"BF16", "F16"})
  void stages_littleSharedMemory_one(Precision precision) throws IOException {
    TransformerConfig wide = config();
    assertThat(Kernels.options(wide, precision, SMALL)).contains("-DSTAGES=2"); // heads of 32
    int two = Kernels.attentionBytes(wide, 64, 2);
    assertThat(Kernels.attentionBytes(wide, 64, 1)).isLessThan(two);
    Driver.Facts tiny = new Driver.Facts("tiny", 8, 6, 30, two, 12000);
    assertThat(Kernels.stages(wide, tiny)).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void compile_withTheToolkit_succeeds(Precision precision) throws IOException {
    Nvrtc nvrtc;
    try {
      nvrtc = new Nvrtc(Library.nvrtc());
    } catch (DeviceException e) {
      abort("kernels are not compiled here: " + e.getMessage());
      return;
    }
    List<String> options = Kernels.options(config(), precision, H200);
    assertThat(nvrtc.compile(Kernels.source(precision), options)).isNotEmpty();
  }
}

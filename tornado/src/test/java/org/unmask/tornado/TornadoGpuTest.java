package org.unmask.tornado;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmask.decode.DecodeOptions;
import org.unmask.decode.DecodeRequest;
import org.unmask.decode.DecodeResources;
import org.unmask.decode.DecodeStep;
import org.unmask.decode.Decoder;
import org.unmask.model.Denoiser;
import org.unmask.model.Query;
import org.unmask.model.device.DeviceInfo;
import org.unmask.model.device.DeviceModel;
import org.unmask.model.device.Precision;
import org.unmask.model.transformer.Transformer;
import org.unmask.runtime.exec.WorkerPool;
import org.unmask.runtime.kernel.Kernels;
import org.unmask.weights.Checkpoint;

/** Logits and traces on TornadoVM's device against the CPU. */
@Tag("gpu")
class TornadoGpuTest {

  private static final Path WEIGHTS = Path.of("").toAbsolutePath().resolveSibling("weights");

  private final TornadoBackend backend = new TornadoBackend();

  @BeforeEach
  void findDevice() {
    DeviceInfo first = backend.devices().getFirst();
    assumeTrue(first.isUsable(), "skipped without TornadoVM: " + first.detail());
  }

  @ParameterizedTest
  @ValueSource(strings = {"unmask-llada-6m", "unmask-dream-6m", "unmask-qwen-ar-6m"})
  void logits_canvas_withinAThousandth(String name) throws IOException {
    try (Checkpoint checkpoint = Checkpoint.open(WEIGHTS.resolve(name));
        WorkerPool pool = new WorkerPool(2);
        DeviceModel model = backend.load(checkpoint, Precision.F32)) {
      Denoiser cpu = Transformer.load(checkpoint, pool).newDenoiser(Kernels.fastest(), pool);
      float[] expected = logits(cpu);
      float[] actual = logits(model.newDenoiser());
      double error = 0;
      double size = 0;
      for (int i = 0; i < expected.length; i++) {
        error += Math.pow(actual[i] - expected[i], 2);
        size += Math.pow(expected[i], 2);
      }
      assertThat(Math.sqrt(error / size)).isLessThan(1e-3);
    }
  }

  private static float[] logits(Denoiser denoiser) {
    int[] ids = new SplittableRandom(5).ints(100, 0, denoiser.vocabSize()).toArray();
    int[] rows = IntStream.range(0, ids.length).toArray();
    Query query = new Query().rows(ids, 0, ids.length).predict(rows, rows.length);
    denoiser.forward(List.of(query.wantLogits(true).unshifted(true)));
    return query.predictions().logits().clone();
  }

  @ParameterizedTest
  @ValueSource(strings = {"unmask-llada-6m", "unmask-dream-6m"})
  void trace_thresholdWithDualCache_thatOfTheCpu(String name) throws IOException {
    try (Checkpoint checkpoint = Checkpoint.open(WEIGHTS.resolve(name));
        WorkerPool pool = new WorkerPool(2);
        DeviceModel model = backend.load(checkpoint, Precision.F32)) {
      Denoiser cpu = Transformer.load(checkpoint, pool).newDenoiser(Kernels.fastest(), pool);
      List<DecodeStep> expected = trace(cpu);
      List<DecodeStep> actual = trace(model.newDenoiser());
      assertThat(actual).hasSameSizeAs(expected);
      for (int i = 0; i < expected.size(); i++) {
        assertThat(actual.get(i).positions()).isEqualTo(expected.get(i).positions());
        assertThat(actual.get(i).tokenIds()).isEqualTo(expected.get(i).tokenIds());
        for (int k = 0; k < expected.get(i).confidence().size(); k++) {
          double confidence = expected.get(i).confidence().get(k);
          assertThat(actual.get(i).confidence().get(k)).isCloseTo(confidence, within(1e-3));
        }
      }
    }
  }

  private static List<DecodeStep> trace(Denoiser denoiser) {
    int[] prompt = new SplittableRandom(6).ints(24, 0, 2000).toArray();
    DecodeOptions options =
        DecodeOptions.of(
            "threshold", Map.of("gen-length", 32, "block-length", 16, "cache", "dual"));
    List<DecodeStep> steps = new ArrayList<>();
    List<DecodeRequest> requests = List.of(new DecodeRequest(prompt, options));
    new Decoder(denoiser, DecodeResources.none())
        .decodeAll(requests.iterator(), 1, (at, result) -> {}, (at, step) -> steps.add(step));
    return steps;
  }
}

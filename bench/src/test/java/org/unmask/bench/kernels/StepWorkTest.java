package org.unmask.bench.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unmask.model.transformer.StepProfile.Part;
import org.unmask.model.transformer.Transformer;
import org.unmask.weights.Checkpoint;

class StepWorkTest {

  private static final Path WEIGHTS = Path.of("").toAbsolutePath().resolveSibling("weights");

  @ParameterizedTest
  @CsvSource({"1, 128, 128, 32", "16, 180, 180, 32", "1, 32, 256, 32"})
  void operationsOfParts_addUpToThoseOfTheStep(int batch, int rows, int keys, int predicted)
      throws IOException {
    try (Checkpoint model = Checkpoint.open(WEIGHTS.resolve("unmask-llada-6m"))) {
      StepWork work = new StepWork(Transformer.config(model), batch, rows, keys, predicted);
      double parts = Arrays.stream(Part.values()).mapToDouble(work::flops).sum();
      assertThat(parts).isCloseTo(work.flops(), within(batch * 1.0));
    }
  }
}

package org.unmask.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The checkpoints that lie beside this module's sources are the ones that were published. */
class ShippedCheckpointsTest {
  // tests run in the module's folder, whose parent is the Unmask home
  private static final Path HOME = Path.of("").toAbsolutePath().getParent();

  @ParameterizedTest
  @CsvSource({
    "unmask-llada-6m, llada, 75, 6295808",
    "unmask-dream-6m, Dream, 99, 6168832",
    "unmask-qwen-ar-6m, qwen2, 99, 6168832",
    "unmask-qwen-ar-3m, qwen2, 74, 2756928",
    "unmask-asarm-6m, unmask_asarm, 99, 6168832",
    "unmask-space-6m, unmask_space, 99, 6168832",
    "unmask-markov-6m, unmask_markov, 99, 6168832",
    "unmask-chimera-heads, unmask_chimera, 27, 2214144",
  })
  void open_shipped(String name, String modelType, int tensors, long parameters)
      throws IOException {
    try (Checkpoint checkpoint = Checkpoint.open(Checkpoint.resolve(name, HOME))) {
      assertThat(checkpoint.config().get("model_type").asString()).isEqualTo(modelType);
      assertThat(checkpoint.tensors()).hasSize(tensors);
      assertThat(checkpoint.tensors().values().stream().mapToLong(t -> t.elements()).sum())
          .isEqualTo(parameters);
      assertThat(checkpoint.warnings()).isEmpty();
    }
  }

  @Test
  void readme_listsExactlyTheShippedCheckpoints() throws IOException {
    String readme = Files.readString(HOME.resolve("weights/README.md"));
    List<String> shipped = Checkpoint.shipped(HOME);
    assertThat(shipped)
        .isNotEmpty()
        .allSatisfy(name -> assertThat(readme).contains("`" + name + "`"));
  }
}

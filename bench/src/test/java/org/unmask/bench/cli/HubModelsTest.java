package org.unmask.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models of the hub: found where {@code pull} and the Hugging Face tools put them. */
class HubModelsTest {

  private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  @TempDir Path cache;

  private Cli run(String... args) {
    return Cli.run(
        new Interrupt(), Map.of("HF_HUB_CACHE", cache.toString(), "HF_HUB_OFFLINE", "1"), args);
  }

  private void putModel() throws IOException {
    Path model = cache.resolve("models--unmask--llada");
    Path snapshot = Files.createDirectories(model.resolve("snapshots").resolve(COMMIT));
    Files.createDirectories(model.resolve("refs"));
    Files.writeString(model.resolve("refs/main"), COMMIT);
    try (Stream<Path> files = Files.list(Cli.HOME.resolve("weights/unmask-llada-6m"))) {
      for (Path file : files.toList()) {
        Files.copy(file, snapshot.resolve(file.getFileName()));
      }
    }
  }

  @Test
  void pulledModel_runsByItsName_withoutANetwork() throws IOException {
    putModel();
    String[] request = {"trace", "--ids", Cli.IDS, "--gen-length", "4", "--steps", "4", "--model"};
    List<String> byName = run(with(request, "unmask/llada")).ok().lines();
    assertThat(byName).isEqualTo(Cli.run(with(request, "unmask-llada-6m")).ok().lines());
    assertThat(run("pull", "unmask/llada").ok().out()).contains(COMMIT);
  }

  private static String[] with(String[] args, String last) {
    return Stream.concat(Stream.of(args), Stream.of(last)).toArray(String[]::new);
  }

  @Test
  void modelThatWasNotPulled_saysHowToPullIt() {
    run("trace", "--ids", "1", "--model", "org/name")
        .fails(2, "no model 'org/name'", "unmask pull org/name");
  }

  @Test
  void pull_offline() {
    run("pull", "org/name").fails(1, "org/name", "offline", "HF_HUB_OFFLINE");
  }

  @Test
  void pull_badName() {
    run("pull", "org/na me").fails(1, "'org/na me' is no model name");
  }

  @Test
  void quant_changesTheWeightsOnly() {
    String[] request = {"trace", "--ids", Cli.IDS, "--gen-length", "4", "--steps", "4", "--quant"};
    assertThat(Cli.run(with(request, "bf16")).ok().lines())
        .isEqualTo(Cli.run(with(request, "none")).ok().lines());
    Cli.run(with(request, "int8")).ok();
    Cli.run(with(request, "int5")).fails(2, "--quant", "'int5'");
  }
}

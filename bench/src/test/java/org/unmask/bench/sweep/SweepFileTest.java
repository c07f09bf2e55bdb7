package org.unmask.bench.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmask.tasks.parallelbench.ParallelBench;

class SweepFileTest {

  @TempDir Path temp;

  private SweepFile read(String yaml) throws IOException {
    return SweepFile.read(Files.writeString(temp.resolve("sweep.yaml"), yaml));
  }

  @ParameterizedTest
  @ValueSource(strings = {"paper-llada", "paper-dream"})
  void thePapersGrids_have2823PairsOfSettingAndTask(String preset) throws IOException {
    SweepFile sweep = SweepFile.preset(preset);
    int pairs = 0;
    for (var task : ParallelBench.tasks()) {
      for (Strategy strategy : sweep.strategies()) {
        for (Setting setting : strategy.settings()) {
          if (setting.fits(task.genLength())) {
            Grid.options(setting, task.genLength()); // each is valid
            pairs++;
          }
        }
      }
    }
    assertThat(pairs).isEqualTo(2823);
  }

  @Test
  void everyPreset_canBeRead() throws IOException {
    for (String preset : SweepFile.PRESETS) {
      SweepFile sweep = SweepFile.preset(preset);
      assertThat(sweep.isCatalogue() || !sweep.strategies().isEmpty()).as(preset).isTrue();
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SweepFile.preset("huge"))
        .withMessage(
            "unknown preset 'huge'; use smoke, quick, paper-llada, paper-dream, strategies,"
                + " lengths, autoregressive");
  }

  @Test
  void valuesAndLists_becomeSettingsAndCurves() throws IOException {
    SweepFile sweep =
        read(
            """
            models: [a, b]
            samples: 3
            strategies:
              - algorithm: threshold
                threshold: [0.9, 0.5]
                block-length: [8, 32]
            """);
    assertThat(sweep.settings()).containsEntry("models", "a,b").containsEntry("samples", "3");
    assertThat(sweep.strategies())
        .extracting(Strategy::name)
        .containsExactly("threshold block-length=8", "threshold block-length=32");
    assertThat(sweep.strategies().getFirst().settings())
        .extracting(Setting::label)
        .containsExactly("threshold=0.9", "threshold=0.5");
  }

  @Test
  void strategies_mayBeForSomeModels() throws IOException {
    SweepFile sweep =
        read(
            """
            models: [a, b, c]
            strategies:
              - algorithm: ar
                models: [a, c]
              - algorithm: prompt-lookup
            """);
    assertThat(sweep.strategies().getFirst().models()).containsExactly("a", "c");
    assertThat(sweep.strategies().getFirst().runsOn("b")).isFalse();
    assertThat(sweep.strategies().getLast().runsOn("b")).isTrue();
  }

  @Test
  void mistakes_areNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read("modles: x"))
        .withMessageContaining("unknown key 'modles'");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read("a: [1"))
        .withMessageContaining("is not YAML");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read("strategies: [{threshold: 0.5}]"))
        .withMessageContaining("needs an algorithm");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read("strategies: [{algorithm: threshold, factor: 1}]"))
        .withMessageContaining("threshold has no option 'factor'");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read("strategies: [{algorithm: factor}, {algorithm: factor}]"))
        .withMessageContaining("'factor' twice");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read("tasks: {}"))
        .withMessageContaining("'tasks' needs a value");
  }

  @Test
  void settingsThatDoNotFit_areLeftOut() throws IOException {
    Setting setting =
        read("strategies: [{algorithm: llada-random, block-length: 8, tokens-per-step: 16}]")
            .strategies()
            .getFirst()
            .settings()
            .getFirst();
    assertThat(setting.fits(32)).isFalse();
    Setting blocks =
        read("strategies: [{algorithm: llada-random, block-length: 64, tokens-per-step: 16}]")
            .strategies()
            .getFirst()
            .settings()
            .getFirst();
    assertThat(blocks.fits(32)).isFalse();
    assertThat(blocks.fits(64)).isTrue();
  }

  @Test
  void shards_partTheSamples() {
    for (int samples = 0; samples < 20; samples++) {
      for (int count = 1; count < 6; count++) {
        int sum = 0;
        for (int i = 1; i <= count; i++) {
          Shard shard = new Shard(i, count);
          int has = 0;
          for (int p = 0; p < samples; p++) {
            has += shard.has(p) ? 1 : 0;
          }
          assertThat(shard.share(samples)).isEqualTo(has);
          sum += has;
        }
        assertThat(sum).isEqualTo(samples);
      }
    }
    assertThat(Shard.of(" 2/4 ")).isEqualTo(new Shard(2, 4));
    for (String wrong : new String[] {"0/2", "3/2", "1", "a/b", "1/2/3"}) {
      assertThatIllegalArgumentException().as(wrong).isThrownBy(() -> Shard.of(wrong));
    }
  }
}

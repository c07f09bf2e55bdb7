package org.unmask.model.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmask.model.fuzz.Allocation;
import org.unmask.model.fuzz.Mutations;
import org.unmask.runtime.exec.WorkerPool;
import org.unmask.weights.Checkpoint;

/** Damaged configurations over sound weights load, or give one line; they never crash or hang. */
class ConfigFuzzTest {

  private static final long MOST_ALLOCATED_BYTES = 64L << 20; // the models here are under 1 MB

  @TempDir private Path folder;
  private int loaded;
  private int refused;

  @Test
  void load_damagedConfig_loadsOrGivesOneLine() {
    assertTimeoutPreemptively(Duration.ofSeconds(120), () -> fuzz(20261122, 1_000));
  }

  @Test
  @Tag("slow")
  void load_damagedConfig_tenThousand() {
    assertTimeoutPreemptively(Duration.ofSeconds(600), () -> fuzz(3, 10_000));
  }

  private void fuzz(long seed, int cases) throws Exception {
    Mutations mutations = new Mutations(seed);
    Allocation allocation = new Allocation();
    TinyModels[] families = TinyModels.values();
    for (TinyModels family : families) {
      family.draw().write(folder.resolve(family.name())).close();
    }
    try (WorkerPool pool = new WorkerPool(1)) {
      for (int i = 0; i < cases; i++) {
        Path model = folder.resolve(families[i % families.length].name());
        Path config = model.resolve("config.json");
        byte[] sound = Files.readAllBytes(config);
        byte[] damaged = mutations.damage(sound);
        Files.write(config, damaged);
        long before = allocation.bytes();
        try {
          load(model, pool);
        } catch (RuntimeException | Error e) {
          throw new AssertionError("seed %d, case %d: %s".formatted(seed, i, cut(damaged)), e);
        }
        assertThat(allocation.bytes() - before)
            .as("seed %d, case %d: bytes allocated by %s", seed, i, cut(damaged))
            .isLessThan(MOST_ALLOCATED_BYTES);
        Files.write(config, sound);
      }
    }
    // the damage is neither always fatal nor always harmless, or this test would show nothing
    assertThat(loaded).isGreaterThan(cases / 50);
    assertThat(refused).isGreaterThan(cases / 4);
  }

  private void load(Path model, WorkerPool pool) {
    try (Checkpoint checkpoint = Checkpoint.open(model)) {
      Transformer.load(checkpoint, pool);
      loaded++;
    } catch (IOException e) {
      refused++;
      assertThat(e.getMessage().lines()).as(e.getMessage()).hasSize(1);
      assertThat(e.getMessage()).hasSizeLessThan(1_000);
    }
  }

  private static String cut(byte[] file) {
    return new String(file, 0, Math.min(1500, file.length), StandardCharsets.ISO_8859_1);
  }
}

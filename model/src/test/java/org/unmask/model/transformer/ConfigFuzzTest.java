package org.unmask.model.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmask.runtime.exec.WorkerPool;
import org.unmask.weights.Checkpoint;

/** Damaged configurations over sound weights load, or give one line; they never crash or hang. */
class ConfigFuzzTest {

  private static final Pattern TOKEN =
      Pattern.compile("\"[^\"]{0,60}\"|-?[\\d.]+(?:e\\d+)?|true|false|null|[\\[\\]{}:,]");
  private static final String[] HOSTILE = {
    "null",
    "true",
    "-1",
    "0",
    "1",
    "2",
    "3",
    "1e999",
    "1e300",
    "1e-300",
    "16777216",
    "2147483647",
    "9223372036854775807",
    "99999999999999999999999",
    "0.5",
    "\"\"",
    "\"x\\ny\"",
    "\"\\ud800\"",
    "[]",
    "{}",
    "[0,1]",
    "{\"a\":{}}",
    "NaN",
    "",
    ",",
    "[".repeat(3000),
    "\"" + "y".repeat(9000) + "\""
  };

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
    Random random = new Random(seed);
    TinyModels[] families = TinyModels.values();
    for (TinyModels family : families) {
      family.draw().write(folder.resolve(family.name())).close();
    }
    try (WorkerPool pool = new WorkerPool(1)) {
      for (int i = 0; i < cases; i++) {
        Path model = folder.resolve(families[i % families.length].name());
        Path config = model.resolve("config.json");
        String sound = Files.readString(config);
        String damaged = damage(sound, random);
        Files.writeString(config, damaged);
        try {
          load(model, pool);
        } catch (RuntimeException | Error e) {
          throw new AssertionError("seed %d, case %d: %s".formatted(seed, i, cut(damaged)), e);
        }
        Files.writeString(config, sound);
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

  private static String damage(String text, Random random) {
    String damaged = text;
    for (int n = random.nextInt(2); n >= 0; n--) {
      List<int[]> tokens = new ArrayList<>();
      Matcher matcher = TOKEN.matcher(damaged);
      while (matcher.find()) {
        tokens.add(new int[] {matcher.start(), matcher.end()});
      }
      if (tokens.isEmpty()) {
        return damaged;
      }
      int[] one = tokens.get(random.nextInt(tokens.size()));
      int[] other = tokens.get(random.nextInt(tokens.size()));
      String replacement =
          random.nextInt(3) == 0
              ? damaged.substring(other[0], other[1])
              : HOSTILE[random.nextInt(HOSTILE.length)];
      damaged = damaged.substring(0, one[0]) + replacement + damaged.substring(one[1]);
    }
    return damaged;
  }

  private static String cut(String text) {
    return text.substring(0, Math.min(1500, text.length()));
  }
}

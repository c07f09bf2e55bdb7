package org.unmask.tasks.merit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/**
 * Recomputes the site's PBx numbers from the site's curves, which may not be distributed with this
 * project. Runs only where {@code unmask.officialData} names a folder that holds {@code
 * site_results}.
 */
@Tag("official")
class OfficialSiteTest {

  private static final Set<String> FIXED =
      Set.of("random", "l2r", "confidence-topk", "entropy-topk", "topk-margin");

  @Test
  void everyPublishedPbScore_followsFromTheCurves() throws IOException {
    var given =
        Optional.ofNullable(System.getProperty("unmask.officialData"))
            .or(() -> Optional.ofNullable(System.getenv("UNMASK_OFFICIAL_DATA")));
    assumeTrue(given.isPresent(), "set -Dunmask.officialData=FOLDER to check the site's numbers");
    Path site = Path.of(given.get(), "site_results");
    int checked = 0;
    for (String model : List.of("llada10", "llada15", "dream", "diffucoder")) {
      var board =
          JsonMapper.shared()
              .readTree(Files.readString(site.resolve("leaderboard/" + model + ".json")));
      for (var strategy : board.get("results").properties()) {
        Path file = site.resolve("figures/" + model + "/" + strategy.getKey() + ".csv");
        var tasks = SiteResults.read(file);
        assertThat(tasks).hasSize(18);
        var curve = tasks.get(SiteResults.AVERAGE);
        for (var level : strategy.getValue().properties()) {
          double x = Double.parseDouble(level.getKey());
          double pb =
              (FIXED.contains(strategy.getKey())
                      ? PbScore.fixed(curve, x)
                      : PbScore.adaptive(curve, x))
                  .orElse(0);
          // DUS has two settings with the same speed, so the site's choice among them is unknown
          double tolerance = strategy.getKey().equals("dus") ? 0.1 : 1e-9;
          assertThat(pb)
              .as("%s %s PB%s", model, strategy.getKey(), level.getKey())
              .isCloseTo(level.getValue().doubleValue(), within(tolerance));
          checked++;
        }
      }
    }
    assertThat(checked).isEqualTo(99);
    System.out.println("site PBx numbers recomputed: " + checked);
  }
}

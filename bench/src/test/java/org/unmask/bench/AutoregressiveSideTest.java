package org.unmask.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.unmask.bench.SideBench.options;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmask.bench.SideBench.Outcome;
import org.unmask.decode.DecodeOptions;

/**
 * What the systems of the autoregressive side reach on the shipped models, at least 200 prompts
 * each. Slow: each method takes some minutes of one core, and stands alone.
 *
 * <p>Figures go to target/autoregressive-side.txt; docs/autoregressive.md quotes them.
 */
@Tag("slow")
class AutoregressiveSideTest {

  private static final String AR = "unmask-qwen-ar-6m";
  private static final String SPACE = "unmask-space-6m";
  private static final String ASARM = "unmask-asarm-6m";
  private static final String MARKOV = "unmask-markov-6m";
  private static final String LLADA = "unmask-llada-6m";
  private static final SideBench BENCH = new SideBench();

  @AfterAll
  static void close() {
    BENCH.close();
  }

  private static Outcome run(String model, DecodeOptions options) throws IOException {
    return BENCH.run(model, options, SidePrompts.all());
  }

  private static Outcome sameAsPlain(String model, DecodeOptions options) throws IOException {
    Outcome drafted = run(model, options);
    Outcome plain = run(model, options("ar", "temperature", options.temperature()));
    assertThat(plain.tokensPerPass()).isEqualTo(1);
    assertThat(drafted.texts()).isEqualTo(plain.texts());
    return drafted;
  }

  @Test
  void speculative_repeatsPlainText() throws IOException {
    assertThat(sameAsPlain(AR, options("speculative")).tokensPerPass()).isGreaterThan(1.5);
  }

  @Test
  void promptLookup_repeatsPlainText_andIsFastWhereItCopies() throws IOException {
    Outcome lookup = sameAsPlain(AR, options("prompt-lookup"));
    assertThat(lookup.tasks()).allMatch(task -> lookup.task(task).tokensPerPass() >= 1);
    assertThat(lookup.task("copy").tokensPerPass()).isGreaterThan(2);
    assertThat(lookup.task("replace").tokensPerPass()).isGreaterThan(2);
  }

  @Test
  void swift_repeatsPlainText() throws IOException {
    assertThat(sameAsPlain(AR, options("swift")).tokensPerPass()).isGreaterThan(1.5);
  }

  @ParameterizedTest
  @ValueSource(strings = {"unmask-llada-6m", "unmask-dream-6m"})
  void specDiff_repeatsPlainText_inUnderHalfThePasses(String drafter) throws IOException {
    String folder = SideBench.WEIGHTS.resolve(drafter).toString();
    Outcome diffusion =
        sameAsPlain(
            AR, options("specdiff", "draft-length", 8, "draft-steps", 2, "drafter", folder));
    assertThat(diffusion.task("copy").tokensPerPass()).isGreaterThan(2);
  }

  @Test
  void chimera_repeatsPlainText_andGainsOverHeadsAlone() throws IOException {
    Outcome tree = sameAsPlain(AR, options("chimera"));
    Outcome chain = sameAsPlain(AR, options("chimera", "draft-shape", "chain"));
    Outcome medusa = sameAsPlain(AR, options("chimera", "draft-shape", "medusa"));
    assertThat(chain.tokensPerPass()).isGreaterThan(1.8);
    assertThat(chain.tokensPerPass()).isGreaterThan(medusa.tokensPerPass() + 0.2);
    assertThat(tree.tokensPerPass()).isGreaterThan(chain.tokensPerPass());
  }

  @ParameterizedTest
  @CsvSource({"speculative", "aded", "chimera", "prompt-lookup", "swift", "specdiff"})
  void sampledText_isThatOfPlainSamplingWithTheSameSeed(String algorithm) throws IOException {
    Outcome sampled = sameAsPlain(AR, options(algorithm, "temperature", 1));
    assertThat(sampled.tokensPerPass()).isGreaterThan(1.2);
  }

  @ParameterizedTest
  @CsvSource({"3, 3.0, 3.4", "5, 3.8, 4.4"})
  void space_reachesItsCard(int k, double least, double most) throws IOException {
    Outcome space = sameAsPlain(SPACE, options("space", "draft-length", k));
    assertThat(space.tokensPerPass()).isGreaterThan(2);
    assertThat(space.task("waiting_line").tokensPerPass()).isBetween(least, most);
    Outcome base = run(AR, options("ar"));
    assertThat(space.score())
        .as("score of the model it was made of")
        .isGreaterThan(base.score() - 1);
  }

  @Test
  void aded_repeatsPlainText_andDraftsInLittleTime(@TempDir Path temp) throws IOException {
    Path corpus = Files.writeString(temp.resolve("corpus.txt"), SidePrompts.corpus());
    Outcome alone = sameAsPlain(AR, options("aded"));
    Outcome learned = sameAsPlain(AR, options("aded", "corpus", corpus));
    assertThat(alone.tokensPerPass()).isGreaterThan(1.5);
    assertThat(learned.tokensPerPass()).isGreaterThan(1.5);
    assertThat(alone.overhead()).as("build and all else, of a pass").isLessThan(0.1);
    assertThat(learned.overhead()).as("build and all else, of a pass").isLessThan(0.1);
  }

  @Test
  void aded_getsBetterFromPromptToPrompt() throws IOException {
    List<SidePrompts> mixed = SidePrompts.mixed();
    Outcome forgetful = BENCH.run(AR, options("aded"), mixed);
    Outcome learning = BENCH.run(AR, options("aded", "carry-over", true), mixed);
    assertThat(learning.texts()).isEqualTo(forgetful.texts());
    assertThat(learning.half(2).tokensPerPass())
        .isGreaterThanOrEqualTo(learning.half(1).tokensPerPass());
    assertThat(learning.tokensPerPass()).isGreaterThan(forgetful.tokensPerPass());
  }

  @Test
  void assd_reachesItsCard() throws IOException {
    Outcome plain = run(ASARM, options("assd", "draft-length", 1, "temperature", 1));
    Outcome assd = run(ASARM, options("assd", "temperature", 1));
    assertThat(assd.rows()).allMatch(row -> row.passes() <= row.text().length);
    assertThat(1 / assd.task("waiting_line").tokensPerPass()).isBetween(0.40, 0.50);
    assertThat(assd.score()).isBetween(plain.score() - 4, plain.score() + 4);
  }

  /** 2040 texts each, so that two points are more than one standard error. */
  @Test
  void assd_shufflesAsWellAsSequentialSampling() throws IOException {
    List<SidePrompts> prompts = SidePrompts.of("waiting_line/shuffle", 204, 10);
    Outcome plain = BENCH.run(ASARM, options("assd", "draft-length", 1, "temperature", 1), prompts);
    Outcome assd = BENCH.run(ASARM, options("assd", "temperature", 1), prompts);
    assertThat(assd.score()).isBetween(plain.score() - 2, plain.score() + 2);
    assertThat(1 / assd.tokensPerPass()).isLessThanOrEqualTo(0.95);
    assertThat(assd.rows()).allMatch(row -> row.passes() <= row.text().length);
    DecodeOptions unverified =
        options("assd", "temperature", 1, "rule", "tolerance", "ratio-bonus", 1, "lossy", true);
    assertThat(BENCH.run(ASARM, unverified, prompts.subList(0, 1020)).score())
        .isLessThan(assd.score() - 20);
  }

  @Test
  void assd_draftsByBigramsToo() throws IOException {
    Outcome plain = run(ASARM, options("assd", "draft-length", 1));
    Outcome bigrams = run(ASARM, options("assd", "draft-by", "bigram"));
    assertThat(bigrams.texts()).isEqualTo(plain.texts());
    assertThat(bigrams.tokensPerPass()).isGreaterThan(1);
    run(ASARM, options("assd", "draft-by", "bigram", "temperature", 1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"copy", "sort"})
  void cascade_reachesPlainDecodingInFivePasses(String task) throws IOException {
    List<SidePrompts> prompts = SidePrompts.of("waiting_line/" + task, 102, 1);
    Outcome plain = BENCH.run(AR, options("ar"), prompts);
    Outcome five = BENCH.run(MARKOV, options("cascade"), prompts);
    assertThat(five.rows()).allMatch(row -> row.passes() == 5);
    assertThat(five.score()).isGreaterThanOrEqualTo(0.95 * plain.score());
  }

  @Test
  void cascade_risesWithItsRounds() throws IOException {
    List<Double> scores = new ArrayList<>();
    for (int rounds = 1; rounds <= 5; rounds++) {
      scores.add(run(MARKOV, options("cascade", "rounds", rounds)).score());
      int last = scores.size() - 1;
      assertThat(scores.get(last))
          .as("scores by rounds %s", scores)
          .isGreaterThanOrEqualTo(scores.get(Math.max(0, last - 1)) - 1);
    }
    assertThat(scores.getLast()).isGreaterThan(scores.getFirst() + 10);
  }

  @ParameterizedTest
  @ValueSource(strings = {"copy", "reverse"})
  void padir_keepsWhatDoesNotDepend(String task) throws IOException {
    List<SidePrompts> prompts = SidePrompts.of("waiting_line/" + task, 102, 1);
    Outcome oneByOne = BENCH.run(LLADA, options("llada-low-confidence"), prompts);
    Outcome padir = BENCH.run(LLADA, options("padir"), prompts);
    assertThat(padir.score()).isGreaterThanOrEqualTo(0.95 * oneByOne.score());
    assertThat(3 * padir.passes()).isLessThanOrEqualTo(oneByOne.passes());
  }

  @Test
  void padir_losesWhatDepends() throws IOException {
    List<SidePrompts> prompts = SidePrompts.of("waiting_line/shuffle", 204, 1);
    Outcome oneByOne = BENCH.run(LLADA, options("llada-low-confidence"), prompts);
    Outcome padir = BENCH.run(LLADA, options("padir"), prompts);
    Outcome cut = BENCH.run(LLADA, options("padir", "predict-length", true), prompts);
    assertThat(padir.score()).isLessThan(0.95 * oneByOne.score());
    assertThat(cut.passes()).isLessThanOrEqualTo(padir.passes());
  }
}

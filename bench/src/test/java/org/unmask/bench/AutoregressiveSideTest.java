package org.unmask.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.unmask.bench.load.LoadedModel;
import org.unmask.decode.DecodeOptions;
import org.unmask.decode.DecodeRequest;
import org.unmask.decode.DecodeResources;
import org.unmask.decode.DecodeResult;
import org.unmask.decode.Decoder;
import org.unmask.model.chat.ChatMessage;
import org.unmask.tasks.TaskData;
import org.unmask.tasks.parallelbench.ParallelBench;
import org.unmask.tasks.parallelbench.Sample;
import org.unmask.tasks.parallelbench.Task;
import org.unmask.tasks.parallelbench.Version;

/**
 * What the systems of the autoregressive side reach on the shipped models, 17 prompts of each of
 * the twelve tasks that need no judge. Slow: minutes.
 *
 * <p>Figures go to target/autoregressive-side.txt; docs/certificates.md quotes them.
 */
@Tag("slow")
class AutoregressiveSideTest {

  private static final Path WEIGHTS = Path.of("").toAbsolutePath().resolveSibling("weights");
  private static final Path REPORT = Path.of("target", "autoregressive-side.txt");
  private static final int SHARE = 17;
  private static final int LENGTH = 64;
  private static final Map<String, LoadedModel> MODELS = new HashMap<>();

  @AfterAll
  static void close() {
    MODELS.values().forEach(LoadedModel::close);
    MODELS.clear();
  }

  private static LoadedModel model(String name) throws IOException {
    LoadedModel model = MODELS.get(name);
    if (model == null) {
      model = LoadedModel.open(WEIGHTS.resolve(name), 2, "auto");
      MODELS.put(name, model);
    }
    return model;
  }

  /** What one setting reached. */
  private static final class Outcome {
    final List<int[]> texts = new ArrayList<>();
    final Map<String, double[]> byTask = new TreeMap<>(); // tokens, passes, right, count
    long passes;
    long auxiliary;
    long tokens;
    long accepted;
    long drafted;
    int right;
    int slowest; // most passes less tokens
    long firstHalfTokens;
    long firstHalfPasses;
    double ms;

    double tau() {
      return (double) tokens / passes;
    }

    double tau(String task) {
      return byTask.get(task)[0] / byTask.get(task)[1];
    }

    double score() {
      return 100.0 * right / texts.size();
    }

    double score(String task) {
      return 100 * byTask.get(task)[2] / byTask.get(task)[3];
    }
  }

  private static Map<Task, List<Sample>> samples() {
    Map<Task, List<Sample>> samples = new LinkedHashMap<>();
    for (Task task : ParallelBench.tasks(Version.of("paper-2510"))) {
      if (!task.figureMetric().equals("grammar_score")) {
        samples.put(task, TaskData.balanced(TaskData.generated(task, 42), SHARE));
      }
    }
    return samples;
  }

  private static Outcome run(String name, DecodeResources resources, DecodeOptions options)
      throws IOException {
    return run(name, resources, options, samples());
  }

  private static Outcome run(
      String name,
      DecodeResources resources,
      DecodeOptions options,
      Map<Task, List<Sample>> samples)
      throws IOException {
    LoadedModel model = model(name);
    Decoder decoder = new Decoder(model.denoiser(), resources);
    Outcome outcome = new Outcome();
    int total = samples.values().stream().mapToInt(List::size).sum();
    for (Map.Entry<Task, List<Sample>> entry : samples.entrySet()) {
      Task task = entry.getKey();
      double[] sums = outcome.byTask.computeIfAbsent(task.id(), _ -> new double[4]);
      for (Sample sample : entry.getValue()) {
        int[] prompt =
            model
                .text()
                .chat(
                    task.messages(sample).stream()
                        .map(m -> new ChatMessage(m.role(), m.content()))
                        .toList());
        long start = System.nanoTime();
        DecodeResult result =
            decoder.decode(new DecodeRequest(prompt, options, outcome.texts.size()));
        outcome.ms += (System.nanoTime() - start) / 1e6;
        String text = model.answer(result.ids());
        int right = task.score(sample, text).get(task.figureMetric()) == 1 ? 1 : 0;
        int tokens = Math.min(result.ids().length, result.keptTokens() + 1);
        sums[0] += tokens;
        sums[1] += result.nfe();
        sums[2] += right;
        sums[3]++;
        outcome.texts.add(Arrays.copyOf(result.ids(), tokens));
        outcome.passes += result.nfe();
        outcome.auxiliary += result.auxiliaryNfe();
        outcome.tokens += tokens;
        outcome.accepted += result.acceptedTokens();
        outcome.drafted += result.draftedTokens();
        outcome.right += right;
        outcome.slowest = Math.max(outcome.slowest, result.nfe() - tokens);
        if (outcome.texts.size() <= total / 2) {
          outcome.firstHalfTokens += tokens;
          outcome.firstHalfPasses += result.nfe();
        }
      }
    }
    report(name, options, outcome);
    return outcome;
  }

  private static void report(String name, DecodeOptions options, Outcome o) throws IOException {
    StringBuilder line = new StringBuilder();
    line.append(
        String.format(
            Locale.ROOT,
            "%-16s %s T=%.0f: score %.1f, tokens a pass %.2f, NFE/token %.3f, passes of others"
                + " %d for %d, accepted %d of %d, %.0f tokens/s%n   ",
            options.algorithm().id(),
            name,
            options.temperature(),
            o.score(),
            o.tau(),
            1 / o.tau(),
            o.auxiliary,
            o.passes,
            o.accepted,
            o.drafted,
            1000 * o.tokens / o.ms));
    o.byTask.forEach(
        (task, sums) ->
            line.append(
                String.format(Locale.ROOT, " %s %.0f/%.2f", task, o.score(task), o.tau(task))));
    Files.createDirectories(REPORT.getParent());
    Files.writeString(
        REPORT, options + "\n" + line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  private static DecodeOptions options(String algorithm, Object... more) {
    Map<String, Object> values = new HashMap<>(Map.of("gen-length", LENGTH));
    for (int i = 0; i < more.length; i += 2) {
      values.put((String) more[i], more[i + 1]);
    }
    return DecodeOptions.of(algorithm, values);
  }

  private static void assertSame(Outcome a, Outcome b) {
    for (int i = 0; i < a.texts.size(); i++) {
      assertThat(a.texts.get(i)).as("text %d", i).containsExactly(b.texts.get(i));
    }
  }

  private static final String AR = "unmask-qwen-ar-6m";

  @Test
  void draftersForTheCausalModel_repeatItsGreedyText() throws IOException {
    DecodeResources alone = model(AR).resources();
    Outcome plain = run(AR, alone, options("ar"));
    assertThat(plain.tau()).isEqualTo(1);
    DecodeResources small = alone.withAuxiliary(model("unmask-qwen-ar-3m").denoiser());
    Outcome speculative = run(AR, small, options("speculative"));
    assertSame(speculative, plain);
    assertThat(speculative.tau()).isGreaterThan(1.5);
    Outcome lookup = run(AR, alone, options("prompt-lookup"));
    assertSame(lookup, plain);
    assertThat(lookup.byTask.keySet()).allMatch(task -> lookup.tau(task) >= 1);
    Outcome aded = run(AR, alone, options("aded"));
    assertSame(aded, plain);
    assertThat(aded.tau()).isGreaterThan(1.5);
    Outcome swift = run(AR, alone, options("swift"));
    assertSame(swift, plain);
    assertThat(lookup.tau("waiting_line/copy")).isGreaterThan(1);
    for (String denoiser : List.of("unmask-llada-6m", "unmask-dream-6m")) {
      DecodeResources with = alone.withAuxiliary(model(denoiser).denoiser());
      Outcome specDiff = run(AR, with, options("specdiff", "draft-length", 8, "draft-steps", 2));
      assertSame(specDiff, plain);
      assertThat(specDiff.tau("waiting_line/copy")).isGreaterThan(2);
    }
    DecodeResources heads = model(AR).resources(options("chimera"));
    Outcome chain = run(AR, heads, options("chimera", "draft-shape", "chain"));
    Outcome tree = run(AR, heads, options("chimera"));
    Outcome medusa = run(AR, heads, options("chimera", "draft-shape", "medusa"));
    assertSame(chain, plain);
    assertSame(tree, plain);
    assertSame(medusa, plain);
    assertThat(chain.tau()).isGreaterThan(1.8).isGreaterThan(medusa.tau() + 0.2);
    assertThat(tree.tau()).isGreaterThan(chain.tau());
  }

  @Test
  void sampledText_isThatOfPlainSamplingWithTheSameSeed() throws IOException {
    DecodeResources alone = model(AR).resources();
    Outcome plain = run(AR, alone, options("ar", "temperature", 1));
    DecodeResources small = alone.withAuxiliary(model("unmask-qwen-ar-3m").denoiser());
    assertSame(run(AR, small, options("speculative", "temperature", 1)), plain);
    assertSame(run(AR, alone, options("aded", "temperature", 1)), plain);
    DecodeResources heads = model(AR).resources(options("chimera"));
    assertSame(run(AR, heads, options("chimera", "temperature", 1)), plain);
    Outcome residual = run(AR, small, options("speculative", "temperature", 1, "rule", "residual"));
    assertThat(residual.tau()).isGreaterThan(1.5);
  }

  @Test
  void space_reachesItsCard() throws IOException {
    String name = "unmask-space-6m";
    DecodeResources alone = model(name).resources();
    Outcome plain = run(name, alone, options("ar"));
    Outcome three = run(name, alone, options("space", "draft-length", 3));
    Outcome five = run(name, alone, options("space", "draft-length", 5));
    assertSame(three, plain);
    assertSame(five, plain);
    assertThat(waitingLine(three)).isBetween(3.0, 3.4);
    assertThat(waitingLine(five)).isBetween(3.8, 4.4);
  }

  private static double waitingLine(Outcome outcome) {
    double tokens = 0;
    double passes = 0;
    for (Map.Entry<String, double[]> task : outcome.byTask.entrySet()) {
      if (task.getKey().startsWith("waiting_line")) {
        tokens += task.getValue()[0];
        passes += task.getValue()[1];
      }
    }
    return tokens / passes;
  }

  @Test
  void assd_reachesItsCard() throws IOException {
    String name = "unmask-asarm-6m";
    DecodeResources alone = model(name).resources();
    Outcome plain = run(name, alone, options("assd", "draft-length", 1, "temperature", 1));
    Outcome assd = run(name, alone, options("assd", "temperature", 1));
    Outcome unverified =
        run(
            name,
            alone,
            options(
                "assd", "temperature", 1, "rule", "tolerance", "ratio-bonus", 1, "lossy", true));
    assertThat(assd.slowest).as("passes beyond tokens").isLessThanOrEqualTo(0);
    assertThat(1 / waitingLine(assd)).isBetween(0.40, 0.50);
    assertThat(assd.score()).isBetween(plain.score() - 8, plain.score() + 8);
    assertThat(unverified.score()).isLessThan(plain.score() - 20);
  }

  @Test
  void cascade_risesWithItsRounds() throws IOException {
    String name = "unmask-markov-6m";
    DecodeResources alone = model(name).resources();
    Map<Task, List<Sample>> few = new LinkedHashMap<>(); // thousands of rows a pass
    samples().forEach((task, list) -> few.put(task, list.subList(0, 4)));
    double before = -1;
    for (int rounds : new int[] {1, 2, 5}) {
      Outcome outcome = run(name, alone, options("cascade", "rounds", rounds), few);
      assertThat(outcome.score()).isGreaterThanOrEqualTo(before - 1);
      before = outcome.score();
      if (rounds == 5) {
        assertThat(outcome.score("waiting_line/copy")).isGreaterThanOrEqualTo(95);
        assertThat(outcome.score("waiting_line/sort")).isGreaterThanOrEqualTo(95);
      }
    }
  }

  @Test
  void refinement_keepsWhatDoesNotDepend() throws IOException {
    String name = "unmask-llada-6m";
    DecodeResources alone = model(name).resources();
    Map<Task, List<Sample>> few = new LinkedHashMap<>(); // a pass per token over the whole canvas
    samples().forEach((task, list) -> few.put(task, list.subList(0, 6)));
    Outcome oneByOne = run(name, alone, options("llada-low-confidence"), few);
    Outcome padir = run(name, alone, options("padir", "passes", 4), few);
    Outcome gibbs = run(name, alone, options("gibbs", "temperature", 0), few);
    assertThat(padir.score("waiting_line/copy"))
        .isGreaterThanOrEqualTo(0.95 * oneByOne.score("waiting_line/copy"));
    assertThat(3 * padir.passes).isLessThanOrEqualTo(oneByOne.passes);
    assertThat(gibbs.passes).isLessThan(oneByOne.passes);
  }
}

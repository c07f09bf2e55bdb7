package org.unmask.bench.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import org.unmask.bench.learn.RowFile;
import org.unmask.bench.load.LoadedModel;
import org.unmask.bench.sweep.Progress;
import org.unmask.decode.DecodeOptions;
import org.unmask.decode.DecodeRequest;
import org.unmask.decode.FilterRows;
import org.unmask.model.chat.ChatMessage;
import org.unmask.tasks.TaskData;
import org.unmask.tasks.parallelbench.Sample;
import org.unmask.tasks.parallelbench.Task;
import org.unmask.tasks.parallelbench.Version;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** {@code unmask learn2pd collect}: what a model is sure of, and whether it is right to be. */
@Command(
    name = "collect",
    description = {
      "Decode generated prompts and note, at each step, how sure the model is and whether it is right.",
      "",
      "Each prompt is answered one token per step; then again, unmasking at each step what equals"
          + " that answer. Prompts that are among the benchmark's own are left out. Stopped, it goes on"
          + " when started again with the same options."
    })
final class Learn2pdCollectCommand extends Verb {

  private static final long BENCHMARK_SEED = 42;

  /** A prompt to decode. */
  private record Prompt(Task task, Sample sample, int genLength) {}

  @Mixin ModelFlags modelFlags = new ModelFlags();

  @Option(
      names = {"--tasks", "--task"},
      split = "\\s*,\\s*",
      splitSynopsisLabel = ",",
      paramLabel = "T",
      order = 2,
      description = "Task ids, or all, rules or text; default rules.")
  List<String> tasks = List.of();

  @Option(
      names = "--samples",
      paramLabel = "N",
      defaultValue = "40",
      order = 3,
      description = "Prompts per task.")
  int samples = 40;

  @Option(
      names = "--gen-length",
      split = "\\s*,\\s*",
      splitSynopsisLabel = ",",
      paramLabel = "N",
      defaultValue = "64",
      order = 4,
      description = "Tokens to generate; prompts take turns with several values.")
  int[] genLengths = {64};

  @Option(
      names = "--block-length",
      paramLabel = "N",
      defaultValue = "32",
      order = 5,
      description = "Tokens per block: the filter's width.")
  int blockLength = 32;

  @Option(
      names = "--cache",
      paramLabel = "NAME",
      defaultValue = "none",
      order = 6,
      description =
          "Cache of the one-by-one answer: none, prefix or dual. Faster, and the answer is another.")
  String cache = "none";

  @Option(
      names = "--first-pass",
      order = 7,
      showDefaultValue = Visibility.NEVER,
      description =
          "Note the steps of the one-by-one answer too: many more rows at no cost. The paper does"
              + " not.")
  boolean firstPass;

  @Option(
      names = "--data-seed",
      paramLabel = "N",
      defaultValue = "1001",
      order = 8,
      description = "Seed of the prompts; not 42, which is the benchmark's.")
  long seed = 1001;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      required = true,
      order = 9,
      showDefaultValue = Visibility.NEVER,
      description = "Where the rows go, as JSON Lines.")
  @Nullable Path out;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "8",
      order = 902,
      description = "Sequences decoded together. Does not change a bit.")
  int batch = 8;

  @Override
  void run() throws IOException {
    check();
    Path file = java.util.Objects.requireNonNull(out);
    List<Task> chosen = List.copyOf(DataFlags.tasks(Version.PAPER_2510, tasks));
    List<Prompt> prompts = new ArrayList<>();
    chosen.forEach(task -> prompts.addAll(prompts(task)));
    int leftOut = chosen.size() * samples - prompts.size();
    try (LoadedModel model = modelFlags.open(terminal());
        RowFile rows = RowFile.open(file, origin(model, chosen))) {
      Set<String> done = new HashSet<>();
      rows.prompts().forEach(p -> done.add(p.task() + " " + p.index()));
      int total = prompts.size();
      prompts.removeIf(p -> done.contains(p.task().id() + " " + p.sample().index()));
      if (!done.isEmpty()) {
        terminal()
            .note("going on with " + file + ": " + done.size() + " of " + total + " are there");
      }
      try (Progress progress =
          new TerminalProgress(terminal(), "collect", "prompts", done.size(), total)) {
        collect(model, rows, prompts, progress);
      }
      finish(file, total, leftOut);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private void check() {
    if (samples < 1 || batch < 1) {
      throw usage("--samples and --batch must be at least 1");
    }
    if (seed == BENCHMARK_SEED) {
      throw usage(
          "--data-seed 42 makes the benchmark's own prompts, and a filter must not be trained on"
              + " them; use another");
    }
    for (int genLength : genLengths) {
      reference(genLength); // refuses what does not fit
    }
  }

  /** Makes a task's prompts, less those that the benchmark asks. */
  private List<Prompt> prompts(Task task) {
    Set<String> asked = new HashSet<>();
    TaskData.generated(task, BENCHMARK_SEED).forEach(s -> asked.add(task.messages(s).toString()));
    List<Prompt> prompts = new ArrayList<>();
    for (Sample sample : TaskData.generated(task, seed, samples)) {
      if (!asked.contains(task.messages(sample).toString())) {
        int genLength = genLengths[sample.index() % genLengths.length];
        prompts.add(new Prompt(task, sample, genLength));
      }
    }
    return prompts;
  }

  private ObjectNode origin(LoadedModel model, List<Task> chosen) throws IOException {
    ObjectNode origin = Json.object();
    origin
        .put("model", model.name())
        .put("model_sha256", model.checkpoint().sha256())
        .put("block_length", blockLength)
        .put(
            "gen_length", Json.MAPPER.valueToTree(genLengths).toString().replaceAll("[\\[\\]]", ""))
        .put("cache", cache)
        .put("first_pass", firstPass)
        .put("tasks", String.join(", ", chosen.stream().map(Task::id).toList()))
        .put("samples", samples)
        .put("data", "generated, seed " + seed)
        .put(
            "command",
            String.join(
                " ", Words.of(spec, Set.of("--threads", "--vector-bits", "--batch", "--json"))));
    return origin;
  }

  private void collect(LoadedModel model, RowFile file, List<Prompt> prompts, Progress progress)
      throws IOException {
    List<int[]> ids = new ArrayList<>();
    for (Prompt prompt : prompts) {
      ids.add(
          model
              .text()
              .chat(
                  prompt.task().messages(prompt.sample()).stream()
                      .map(m -> new ChatMessage(m.role(), m.content()))
                      .toList()));
    }
    Iterator<DecodeRequest> requests =
        java.util.stream.IntStream.range(0, prompts.size())
            .mapToObj(i -> new DecodeRequest(ids.get(i), reference(prompts.get(i).genLength())))
            .iterator();
    FilterRows.collectAll(
        model.decoder(),
        requests,
        batch,
        firstPass,
        (i, rows) -> {
          Prompt prompt = prompts.get(i);
          try {
            file.append(
                new RowFile.Prompt(
                    prompt.task().id(), prompt.sample().index(), prompt.genLength(), rows));
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
          progress.advance(1);
          if (interrupt().requested()) {
            throw new CancellationException("collecting was interrupted");
          }
        });
  }

  private DecodeOptions reference(int genLength) {
    return FilterRows.reference(genLength, blockLength).with("cache", cache);
  }

  private void finish(Path file, int prompts, int leftOut) throws IOException {
    int rows = RowFile.read(file).prompts().stream().mapToInt(p -> p.rows().size()).sum();
    if (json) {
      print(
          Json.object()
              .put("out", file.toString())
              .put("prompts", prompts)
              .put("rows", rows)
              .put("left_out", leftOut));
    } else {
      print(
          "%s: %d rows of %d prompts; %d left out, which the benchmark asks"
              .formatted(file, rows, prompts, leftOut));
    }
  }
}

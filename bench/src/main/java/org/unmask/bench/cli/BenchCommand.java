package org.unmask.bench.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.unmask.bench.grammar.LanguageTool;
import org.unmask.bench.load.LoadedModel;
import org.unmask.bench.report.RunReport;
import org.unmask.bench.sweep.EnergyMeter;
import org.unmask.bench.sweep.Grid;
import org.unmask.bench.sweep.Plan;
import org.unmask.bench.sweep.Progress;
import org.unmask.bench.sweep.RunFolder;
import org.unmask.bench.sweep.SampleRow;
import org.unmask.bench.sweep.Scorer;
import org.unmask.bench.sweep.Setting;
import org.unmask.bench.sweep.Shard;
import org.unmask.bench.sweep.Strategy;
import org.unmask.bench.sweep.Summary;
import org.unmask.bench.sweep.Sweep;
import org.unmask.bench.sweep.SweepFile;
import org.unmask.tasks.parallelbench.Version;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** {@code unmask bench}: measures how decoding faster costs quality. */
@Command(
    name = "bench",
    subcommands = {
      KernelsCommand.class,
      LargeCommand.class,
      GpuCommand.class,
      MergeCommand.class,
      OverheadCommand.class,
      VerifyCommand.class
    },
    modelTransformer = DecodingFlags.Adder.class,
    description = {
      "Measure the trade between speed and quality over ParallelBench tasks.",
      "",
      "Without options: the shipped LLaDA model on all twelve tasks that need no judge, one token"
          + " at a time against more of them and against the threshold and factor rules. Options"
          + " that take a value take several here, separated by commas: those of the algorithm's"
          + " degree of parallelism (--threshold, --factor, else --tokens-per-step, where 'all' is one"
          + " step a block) become the points of a curve, others a curve each. A run that"
          + " was stopped goes on when started again with the same options and --name."
    })
class BenchCommand extends Verb implements DecodingFlags.Holder {

  private static final String DEFAULT_ALGORITHMS = "llada-low-confidence,threshold,factor";
  private static final DateTimeFormatter NAME_TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneId.systemDefault());

  @Mixin ModelFlags modelFlags = new ModelFlags();

  @Option(
      names = {"--tasks", "--task"},
      split = "\\s*,\\s*",
      splitSynopsisLabel = ",",
      paramLabel = "T",
      order = 2,
      description =
          "Task ids, or all, rules (scored without a grammar checker) or text; default rules.")
  List<String> tasks = List.of();

  @Option(
      names = "--samples",
      paramLabel = "N",
      defaultValue = "8",
      order = 3,
      description = "Samples per task; lengths equally often.")
  int samples = 8;

  @Option(
      names = "--task-version",
      paramLabel = "V",
      defaultValue = "paper-2510",
      order = 4,
      description = "Release of ParallelBench: paper-2510 or cli-2026. They do not compare.")
  String taskVersion = "paper-2510";

  @Option(
      names = "--sweep",
      paramLabel = "FILE",
      order = 8,
      description = "A sweep in YAML: models, tasks, samples, strategies. Options given win.")
  @Nullable Path sweepFile;

  @Option(
      names = "--preset",
      paramLabel = "NAME",
      order = 9,
      description =
          "A sweep that comes with Unmask: smoke, quick, paper-llada, paper-dream, strategies,"
              + " lengths, autoregressive.")
  @Nullable String preset;

  @Option(
      names = "--shard",
      paramLabel = "I/N",
      order = 10,
      description = "Measure the I-th of N parts; unmask bench merge joins them.")
  @Nullable String shard;

  @Option(
      names = "--dry-run",
      order = 11,
      showDefaultValue = Visibility.NEVER,
      description = "Show the plan and guess its time; measure nothing.")
  boolean dryRun;

  @Option(
      names = "--traces",
      paramLabel = "N",
      defaultValue = "1",
      order = 7,
      description = "Samples per task and setting to record step by step, for the report.")
  int traces = 1;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "8",
      order = 902,
      description = "Sequences decoded together. Does not change a bit.")
  int batch = 8;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      order = 5,
      showDefaultValue = Visibility.NEVER,
      description = "Name of the run's folder; default the model and the time.")
  @Nullable String name;

  @Option(
      names = "--runs-dir",
      paramLabel = "DIR",
      order = 6,
      showDefaultValue = Visibility.NEVER,
      description = "Where runs are kept; default the folder runs of Unmask.")
  @Nullable Path runsDir;

  @Mixin DataFlags data = new DataFlags();

  private final DecodingFlags decoding = new DecodingFlags(DEFAULT_ALGORITHMS);

  @Override
  public DecodingFlags decoding() {
    return decoding;
  }

  @Override
  void run() throws IOException {
    SweepFile file = sweep();
    if (samples < 1 || batch < 1 || traces < 0) {
      throw usage("--samples and --batch must be at least 1, --traces at least 0");
    }
    Workload work = workload(file);
    if (dryRun) {
      show(work);
      return;
    }
    Plan plan = work.plan();
    String runName = runName(plan);
    Path folder = (runsDir == null ? terminal().home().resolve("runs") : runsDir).resolve(runName);
    String command = command(runName);
    try (RunFolder run = RunFolder.open(folder, plan.json(), session(command), terminal()::note)) {
      run.writeQuestions(work.questions());
      measure(work, run);
      Summary summary = RunReport.write(run, terminal()::note);
      finish(summary, run, command);
    }
  }

  private Workload workload(SweepFile file) throws IOException {
    Planner planner = new Planner(modelFlags, data, terminal());
    List<Strategy> strategies;
    if (file.isCatalogue()) {
      strategies = planner.catalogue();
    } else if (file.strategies().isEmpty()) {
      List<String> algorithms = List.of(decoding.algorithm().strip().split("\\s*,\\s*"));
      strategies = Grid.strategies(algorithms, decoding.given());
    } else {
      strategies = file.strategies();
    }
    return planner.plan(
        Version.of(taskVersion),
        tasks,
        samples,
        shard == null ? Shard.WHOLE : Shard.of(shard),
        strategies);
  }

  /** Reads the sweep, if there is one, into the options not given on the command line. */
  SweepFile sweep() throws IOException {
    if (sweepFile != null && preset != null) {
      throw usage("--sweep and --preset cannot be combined; put all into one file");
    }
    SweepFile file =
        sweepFile != null
            ? SweepFile.read(sweepFile)
            : preset != null ? SweepFile.preset(preset) : SweepFile.NONE;
    boolean namesStrategies = file.isCatalogue() || !file.strategies().isEmpty();
    if (namesStrategies && (isGiven("--algorithm") || !decoding.given().isEmpty())) {
      throw usage("the sweep names its strategies; leave decoding options out, or edit its file");
    }
    file.settings()
        .forEach(
            (name, value) -> {
              switch (name) {
                case "task-version" ->
                    taskVersion = isGiven("--task-version") ? taskVersion : value;
                case "models" -> modelFlags.model = isGiven("--model") ? modelFlags.model : value;
                case "tasks" -> tasks = isGiven("--tasks") ? tasks : List.of(value.split(","));
                case "samples" -> samples = isGiven("--samples") ? samples : number(name, value);
                case "batch" -> batch = isGiven("--batch") ? batch : number(name, value);
                case "data-seed" ->
                    data.seed = isGiven("--data-seed") ? data.seed : number(name, value);
                default -> throw new IllegalStateException(name);
              }
            });
    return file;
  }

  final boolean isGiven(String option) {
    return spec.commandLine().getParseResult().hasMatchedOption(option);
  }

  private int number(String name, String value) {
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw usage("the sweep's " + name + " '" + value + "' is no whole number");
    }
  }

  private void show(Workload work) throws IOException {
    Plan plan = work.plan();
    double seconds = 0;
    for (Path folder : work.models()) {
      try (LoadedModel model = modelFlags.open(folder, terminal())) {
        seconds += Estimate.seconds(plan, work.samples(), model, batch);
      }
    }
    if (json) {
      ObjectNode line = Json.object().put("samples", plan.size());
      line.put("estimated_seconds", Math.round(seconds));
      line.set("plan", plan.json());
      print(line);
      return;
    }
    print("models: " + plan.models().stream().map(Plan.Model::name).toList());
    for (Plan.Task task : plan.tasks()) {
      print(
          "%-38s M %3d, %3d samples"
              .formatted(task.id(), task.genLength(), plan.shard().share(task.samples())));
    }
    for (Strategy strategy : plan.strategies()) {
      print(strategy.name() + ": " + strategy.settings().stream().map(Setting::label).toList());
    }
    print(
        "%d samples, about %s on this machine"
            .formatted(
                plan.size(),
                seconds < 120 ? Math.round(seconds) + " s" : Math.round(seconds / 60) + " min"));
  }

  private String runName(Plan plan) {
    String given = name;
    if (given == null) {
      return plan.models().stream().map(Plan.Model::name).collect(Collectors.joining("+"))
          + "-"
          + NAME_TIME.format(Instant.now());
    }
    if (!given.matches("[\\w.+-]+") || given.matches("\\.+")) {
      throw usage("--name '" + given + "' is no folder name; use letters, digits, . _ + and -");
    }
    return given;
  }

  /** Returns the command line that goes on with this run, or repeats it under another name. */
  private String command(String runName) {
    List<String> words = Words.of(spec, Set.of("--name"));
    words.add("--name");
    words.add(runName);
    return String.join(" ", words);
  }

  private ObjectNode session(String command) {
    return Machine.session(terminal().home(), command)
        .put("threads", modelFlags.threads)
        .put("vector_bits", modelFlags.vectorBits)
        .put("batch", batch);
  }

  private void measure(Workload work, RunFolder run) throws IOException {
    Plan plan = work.plan();
    LanguageTool grammar = work.grammar();
    int done = run.rows().size();
    if (done > 0) {
      terminal()
          .note(
              "going on with "
                  + run.path()
                  + ": "
                  + done
                  + " of "
                  + plan.size()
                  + " samples are there");
    }
    if (done == plan.size()) {
      return;
    }
    interrupt().handled();
    int threads = Math.max(1, modelFlags.threads / 2);
    try (Progress progress = new TerminalProgress(terminal(), spec.name(), done, plan.size());
        Scorer scorer =
            grammar == null
                ? Scorer.rulesOnly()
                : Scorer.withGrammar(grammar::newChecker, threads)) {
      EnergyMeter meter = EnergyMeter.open(EnergyMeter.POWERCAP);
      Sweep sweep =
          new Sweep(plan, work.samples(), scorer, meter, batch, traces, interrupt()::requested);
      for (Path folder : work.models()) {
        try (LoadedModel model = modelFlags.open(folder, terminal())) {
          sweep.run(model, run, progress);
        }
      }
      scorer.finish(!interrupt().requested());
    } catch (UncheckedIOException e) { // from the scorer's threads
      throw e.getCause();
    }
  }

  /** Shows what came out of a run. */
  void finish(Summary summary, RunFolder run, String command) throws IOException {
    if (isStopped(summary, run, command)) {
      return;
    }
    if (json) {
      ObjectNode line = Json.object().put("run", run.path().toString());
      line.setAll(summary.json(true));
      print(line);
    } else {
      Tables.of(summary).forEach(this::print);
      print("");
      print("report: " + run.path().resolve("report.html"));
    }
  }

  /** Tells whether a run was stopped early, and the user how to go on. */
  final boolean isStopped(Summary summary, RunFolder run, String command) {
    long failed = run.rows().stream().filter(SampleRow::failed).count();
    if (failed > 0) {
      terminal()
          .note(failed + " samples failed twice and count as wrong; see error in samples.jsonl");
    }
    if (!summary.complete()) {
      terminal()
          .note(
              "stopped; "
                  + summary.done()
                  + " of "
                  + summary.plan().size()
                  + " samples are kept. To go on: "
                  + command);
    }
    return !summary.complete();
  }
}

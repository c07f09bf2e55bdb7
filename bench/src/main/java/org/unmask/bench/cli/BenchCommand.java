package org.unmask.bench.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.unmask.bench.grammar.LanguageTool;
import org.unmask.bench.load.AlgorithmsFor;
import org.unmask.bench.load.Companions;
import org.unmask.bench.load.LoadedModel;
import org.unmask.bench.report.RunReport;
import org.unmask.bench.sweep.CataloguePreset;
import org.unmask.bench.sweep.EnergyMeter;
import org.unmask.bench.sweep.Grid;
import org.unmask.bench.sweep.Plan;
import org.unmask.bench.sweep.Progress;
import org.unmask.bench.sweep.Question;
import org.unmask.bench.sweep.RunFolder;
import org.unmask.bench.sweep.SampleRow;
import org.unmask.bench.sweep.Scorer;
import org.unmask.bench.sweep.Setting;
import org.unmask.bench.sweep.Shard;
import org.unmask.bench.sweep.Strategy;
import org.unmask.bench.sweep.Summary;
import org.unmask.bench.sweep.Sweep;
import org.unmask.bench.sweep.SweepFile;
import org.unmask.decode.DecodeOptions;
import org.unmask.tasks.TaskData;
import org.unmask.tasks.parallelbench.Sample;
import org.unmask.tasks.parallelbench.Task;
import org.unmask.tasks.parallelbench.Version;
import org.unmask.weights.Checkpoint;
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
              + " lengths.")
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
    Map<Task, List<Sample>> chosen = samples();
    List<Path> models = new ArrayList<>();
    for (String model : modelFlags.model.split(",")) {
      models.add(ModelFlags.folder(model.strip(), terminal()));
    }
    LanguageTool grammar =
        chosen.keySet().stream().anyMatch(Scorer::needsGrammar)
            ? LanguageTool.in(terminal().home())
            : null;
    List<Strategy> strategies = file.isCatalogue() ? catalogue(models) : file.strategies();
    Plan plan = plan(chosen, models, grammar, strategies);
    if (dryRun) {
      show(plan, chosen, models);
      return;
    }
    String runName = runName(plan);
    Path folder = (runsDir == null ? terminal().home().resolve("runs") : runsDir).resolve(runName);
    String command = command(runName);
    try (RunFolder run = RunFolder.open(folder, plan.json(), session(command), terminal()::note)) {
      List<Question> questions = new ArrayList<>();
      chosen.forEach((task, list) -> list.forEach(s -> questions.add(Question.of(task, s))));
      run.writeQuestions(questions);
      measure(plan, chosen, models, grammar, run);
      Summary summary = RunReport.write(run, terminal()::note);
      finish(summary, run, command);
    }
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

  private void show(Plan plan, Map<Task, List<Sample>> chosen, List<Path> models)
      throws IOException {
    double seconds = 0;
    for (Path folder : models) {
      try (LoadedModel model = modelFlags.open(folder, terminal())) {
        seconds += Estimate.seconds(plan, chosen, model, batch);
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

  private Map<Task, List<Sample>> samples() throws IOException {
    if (samples < 1 || batch < 1 || traces < 0) {
      throw usage("--samples and --batch must be at least 1, --traces at least 0");
    }
    Map<Task, List<Sample>> chosen = new LinkedHashMap<>();
    for (Task task : chosenTasks()) {
      chosen.put(task, TaskData.balanced(data.samples(task), samples));
    }
    return chosen;
  }

  private Set<Task> chosenTasks() {
    return DataFlags.tasks(Version.of(taskVersion), tasks);
  }

  private Plan plan(
      Map<Task, List<Sample>> chosen,
      List<Path> folders,
      @Nullable LanguageTool grammar,
      List<Strategy> fromFile)
      throws IOException {
    List<Strategy> strategies = fromFile.isEmpty() ? strategies() : fromFile;
    List<Plan.Task> planned = new ArrayList<>();
    for (Map.Entry<Task, List<Sample>> entry : chosen.entrySet()) {
      Task task = entry.getKey();
      for (Strategy strategy : strategies) {
        for (Setting setting : strategy.settings()) {
          if (setting.fits(task.genLength())) {
            Grid.options(setting, task.genLength()); // refuses what is wrong, before any work
          }
        }
      }
      if (strategies.stream()
          .flatMap(s -> s.settings().stream())
          .noneMatch(s -> s.fits(task.genLength()))) {
        throw usage(
            "no setting fits %s with its %d tokens; give smaller blocks or fewer tokens per step"
                .formatted(task.id(), task.genLength()));
      }
      planned.add(
          new Plan.Task(
              task.id(),
              task.name(),
              task.figureMetric(),
              task.genLength(),
              entry.getValue().size()));
    }
    List<Plan.Model> models = new ArrayList<>();
    for (Path folder : folders) {
      try (Checkpoint checkpoint = Checkpoint.open(folder)) {
        models.add(
            new Plan.Model(
                checkpoint.name(), checkpoint.sha256(), companions(folder, strategies, planned)));
      }
    }
    return new Plan(
        taskVersion,
        data.describe(chosen),
        grammar == null ? "" : grammar.version(),
        shard == null ? Shard.WHOLE : Shard.of(shard),
        models,
        planned,
        strategies);
  }

  /** Returns the hashes of what the strategies use beside a model; refuses what is not there. */
  private Map<String, String> companions(
      Path folder, List<Strategy> strategies, List<Plan.Task> tasks) throws IOException {
    Set<Map.Entry<String, Path>> used = new LinkedHashSet<>();
    try (Companions companions = modelFlags.companions(folder, terminal())) {
      for (Plan.Task task : tasks) {
        for (Strategy strategy : strategies) {
          for (Setting setting : strategy.settings()) {
            if (setting.fits(task.genLength())) {
              DecodeOptions options = Grid.options(setting, task.genLength());
              used.addAll(companions.files(options).entrySet());
            }
          }
        }
      }
    }
    return Companions.hashes(used);
  }

  private List<Strategy> strategies() {
    List<String> algorithms = List.of(decoding.algorithm().strip().split("\\s*,\\s*"));
    return Grid.strategies(algorithms, decoding.given());
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

  private void measure(
      Plan plan,
      Map<Task, List<Sample>> chosen,
      List<Path> models,
      @Nullable LanguageTool grammar,
      RunFolder run)
      throws IOException {
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
      Sweep sweep = new Sweep(plan, chosen, scorer, meter, batch, traces, interrupt()::requested);
      for (Path folder : models) {
        try (LoadedModel model = modelFlags.open(folder, terminal())) {
          sweep.run(model, run, progress);
        }
      }
      scorer.finish(!interrupt().requested());
    } catch (UncheckedIOException e) { // from the scorer's threads
      throw e.getCause();
    }
  }

  /** Returns the strategies of a sweep that takes them from the catalogue. */
  private List<Strategy> catalogue(List<Path> folders) throws IOException {
    Map<String, Set<String>> accepted = new LinkedHashMap<>();
    for (Path folder : folders) {
      try (Checkpoint checkpoint = Checkpoint.open(folder);
          Companions companions = modelFlags.companions(folder, terminal())) {
        AlgorithmsFor found = AlgorithmsFor.model(checkpoint);
        Set<String> runnable = new HashSet<>(found.alone());
        for (String id : found.assisted()) {
          if (companions.has(DecodeOptions.of(id, Map.of()))) {
            runnable.add(id);
          }
        }
        accepted.put(checkpoint.name(), runnable);
      }
    }
    Set<String> leftOut = CataloguePreset.leftOut(accepted);
    if (!leftOut.isEmpty()) {
      terminal().note("not on these models: " + String.join(", ", leftOut));
    }
    return CataloguePreset.strategies(accepted);
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

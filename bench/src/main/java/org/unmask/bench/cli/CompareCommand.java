package org.unmask.bench.cli;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.unmask.bench.report.Comparison;
import org.unmask.bench.report.ComparisonFiles;
import org.unmask.bench.sweep.CataloguePreset;
import org.unmask.bench.sweep.RunFolder;
import org.unmask.bench.sweep.Summary;
import org.unmask.bench.sweep.SweepFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** {@code unmask compare}: many strategies on the same samples. */
@Command(
    name = "compare",
    modelTransformer = CompareCommand.WithoutSubcommands.class,
    description = {
      "Compare strategies on the same samples: score, tokens per step, speed, and how much faster"
          + " each is than the first one, with paired-bootstrap intervals (95 %).",
      "",
      "Without --algorithm, --preset or --sweep: every algorithm of the catalogue at its own defaults"
          + " on the shipped models (--preset strategies). 'matched' is the strategy's tokens per step"
          + " at the baseline's score less --loss. 'faster' counts the time of the baseline, which fills"
          + " the whole canvas; 'faster, text only' counts its time up to the end of its text. Options,"
          + " folders and going on after a stop are those of unmask bench; the run's folder gets"
          + " compare.csv, compare.json and compare.md beside the files of bench."
    })
final class CompareCommand extends BenchCommand {

  /** Adds the decoding options and drops what belongs to {@code bench} alone. */
  static final class WithoutSubcommands implements IModelTransformer {

    @Override
    public CommandSpec transform(CommandSpec spec) {
      Set.copyOf(spec.subcommands().keySet()).forEach(spec::removeSubcommand);
      return new DecodingFlags.Adder().transform(spec);
    }
  }

  @Option(
      names = "--loss",
      paramLabel = "X",
      defaultValue = "0",
      order = 12,
      description = "Points of score below the baseline's that still count as matched.")
  double loss;

  @Override
  SweepFile sweep() throws IOException {
    if (!(loss >= 0 && loss <= 100)) {
      throw usage("--loss must be from 0 to 100, was " + loss);
    }
    if (preset == null && sweepFile == null && !isGiven("--algorithm")) {
      preset = CataloguePreset.NAME;
    }
    return super.sweep();
  }

  @Override
  void finish(Summary summary, RunFolder run, String command) throws IOException {
    Comparison comparison = Comparison.of(summary, run.rows(), loss);
    run.write("compare.csv", ComparisonFiles.csv(comparison));
    run.write("compare.md", ComparisonFiles.markdown(comparison));
    run.write("compare.json", ComparisonFiles.json(comparison));
    if (isStopped(summary, run, command)) {
      return;
    }
    if (json) {
      ComparisonFiles.json(comparison).path("rows").forEach(this::print);
      return;
    }
    List<String[]> cells =
        ComparisonFiles.cells(comparison).stream().map(row -> row.toArray(String[]::new)).toList();
    Tables.align(cells, 3).forEach(this::print);
    print("");
    print("table: " + run.path().resolve("compare.md"));
    print("report: " + run.path().resolve("report.html"));
  }
}

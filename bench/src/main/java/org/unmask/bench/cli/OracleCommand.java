package org.unmask.bench.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.unmask.bench.sweep.Grid;
import org.unmask.bench.sweep.Setting;
import org.unmask.bench.sweep.Strategy;
import org.unmask.decode.DecodeOptions;
import org.unmask.decode.DecodeRequest;
import org.unmask.decode.DecodeResources;
import org.unmask.decode.Decoder;
import org.unmask.decode.oracle.OracleTask;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code unmask oracle}: algorithms on a network that cannot err. */
@Command(
    name = "oracle",
    modelTransformer = DecodingFlags.Adder.class,
    description = {
      "Decode with exact distributions in place of a network: what goes wrong is the algorithm's"
          + " doing.",
      "",
      "TASK is copy-N, reverse-N, sort-N, replace-N, shuffle-N, insert-N, remove-N, markov-N or"
          + " latin-N. Give --temperature 1 to sample, 1e-6 to break ties at random; at 0 the lowest"
          + " token wins each tie. Several values make several settings, as in bench. A network for"
          + " apd is exact too."
    })
final class OracleCommand extends Verb implements DecodingFlags.Holder {

  private static final int BATCH = 64;

  @Parameters(paramLabel = "TASK", description = "The distribution of answers.")
  String name = "";

  @Option(
      names = "--samples",
      paramLabel = "N",
      defaultValue = "1000",
      order = 2,
      description = "Answers to draw at each setting.")
  int samples = 1000;

  private final DecodingFlags decoding = new DecodingFlags("llada-low-confidence,threshold,factor");

  /** Sums over the answers of a setting. */
  private static final class Tally {
    private int right;
    private long nfe;
    private long tokens;
  }

  @Override
  public DecodingFlags decoding() {
    return decoding;
  }

  @Override
  void run() {
    if (samples < 1) {
      throw usage("--samples must be at least 1, was " + samples);
    }
    OracleTask task = OracleTask.named(name);
    List<String> algorithms = List.of(decoding.algorithm().strip().split("\\s*,\\s*"));
    List<Strategy> strategies = Grid.strategies(algorithms, decoding.given());
    for (Strategy strategy : strategies) {
      for (Setting setting : fitting(strategy, task)) {
        Grid.options(setting, task.length()); // refuses what is wrong, before any work
      }
    }
    for (Strategy strategy : strategies) {
      for (Setting setting : fitting(strategy, task)) {
        if (interrupt().requested()) {
          return;
        }
        DecodeOptions options = Grid.options(setting, task.length());
        if (options.genLength() != task.length()) {
          throw usage(
              "--gen-length is %d for task %s; leave it out".formatted(task.length(), task));
        }
        show(task, strategy, setting, draw(task, options));
      }
    }
  }

  private static List<Setting> fitting(Strategy strategy, OracleTask task) {
    List<Setting> fitting = new ArrayList<>();
    for (Setting setting : strategy.settings()) {
      if (setting.fits(task.length())) {
        fitting.add(setting);
      }
    }
    return fitting;
  }

  private Tally draw(OracleTask task, DecodeOptions options) {
    DecodeResources resources = DecodeResources.none().withAuxiliary(task.causalModel());
    Tally tally = new Tally();
    new Decoder(task.denoiser(), resources)
        .decodeAll(
            IntStream.range(0, samples)
                .mapToObj(i -> new DecodeRequest(task.prompt(), options, i))
                .iterator(),
            BATCH,
            (_, result) -> {
              tally.right += task.probability(task.prompt(), result.ids()) > 0 ? 1 : 0;
              tally.nfe += result.nfe();
              tally.tokens += result.generatedTokens();
            },
            null);
    return tally;
  }

  private void show(OracleTask task, Strategy strategy, Setting setting, Tally tally) {
    double share = (double) tally.right / samples;
    double error = Math.sqrt(share * (1 - share) / samples);
    double nfe = (double) tally.nfe / samples;
    double perStep = (double) tally.tokens / tally.nfe;
    if (json) {
      print(
          Json.object()
              .put("task", task.name())
              .put("strategy", strategy.name())
              .put("setting", setting.label())
              .put("samples", samples)
              .put("right", share)
              .put("standard_error", error)
              .put("nfe", nfe)
              .put("tokens_per_step", perStep));
    } else {
      print(
          String.format(
              Locale.ROOT,
              "%-24s %-22s right %5.1f %% +- %.1f, NFE %6.2f, %5.2f tokens/step",
              strategy.name(),
              setting.label(),
              100 * share,
              100 * error,
              nfe,
              perStep));
    }
  }
}

package org.unmask.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.unmask.bench.load.LoadedModel;
import org.unmask.decode.DecodeOptions;
import org.unmask.decode.DecodeRequest;
import org.unmask.decode.DecodeResult;
import org.unmask.decode.Decoder;
import org.unmask.model.Conditioning;
import org.unmask.model.DelegatingDenoiser;
import org.unmask.model.Denoiser;
import org.unmask.model.Query;
import org.unmask.model.chat.ChatMessage;

/** Decodes prompts on one core and takes down what it took; each run is noted in a report. */
final class SideBench implements AutoCloseable {

  static final Path WEIGHTS = Path.of("").toAbsolutePath().resolveSibling("weights");

  /** Networks whose whole canvas is filled: its length is the task's own. */
  private static final Set<Conditioning> FILLS_CANVAS =
      Set.of(Conditioning.FULL, Conditioning.BARRIERS);

  private static final Path REPORT = Path.of("target", "autoregressive-side.txt");

  private final Map<String, LoadedModel> models = new HashMap<>();

  /**
   * What became of one prompt.
   *
   * @param text up to and with the end token
   * @param passes of the model
   * @param others passes of what drafts
   * @param modelMs those of the {@code ms} that the model's passes took
   */
  record Row(
      String task,
      int[] text,
      int passes,
      int others,
      int drafted,
      int accepted,
      boolean isRight,
      double ms,
      double modelMs) {}

  /** What became of all prompts, in their order. */
  record Outcome(List<Row> rows) {

    Outcome where(Predicate<Row> wanted) {
      return new Outcome(rows.stream().filter(wanted).toList());
    }

    Outcome task(String name) {
      return where(row -> row.task().contains(name));
    }

    Outcome half(int which) {
      int middle = rows.size() / 2;
      return new Outcome(which == 1 ? rows.subList(0, middle) : rows.subList(middle, rows.size()));
    }

    int tokens() {
      return rows.stream().mapToInt(row -> row.text().length).sum();
    }

    int passes() {
      return rows.stream().mapToInt(Row::passes).sum();
    }

    double tokensPerPass() {
      return (double) tokens() / passes();
    }

    double score() {
      return 100.0 * rows.stream().filter(Row::isRight).count() / rows.size();
    }

    /** Returns the time beside the passes as a share of theirs, over the second half. */
    double overhead() {
      List<Row> warm = half(2).rows();
      double model = warm.stream().mapToDouble(Row::modelMs).sum();
      return warm.stream().mapToDouble(Row::ms).sum() / model - 1;
    }

    List<String> tasks() {
      return rows.stream().map(Row::task).distinct().sorted().toList();
    }

    List<List<Integer>> texts() {
      return rows.stream().map(row -> Arrays.stream(row.text()).boxed().toList()).toList();
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%d prompts, score %.1f, tokens a pass %.2f, NFE/token %.3f, other passes %d for %d,"
              + " accepted %d of %d, %.0f tokens/s, %.3f of the passes' time beside them",
          rows.size(),
          score(),
          tokensPerPass(),
          1 / tokensPerPass(),
          rows.stream().mapToInt(Row::others).sum(),
          passes(),
          rows.stream().mapToInt(Row::accepted).sum(),
          rows.stream().mapToInt(Row::drafted).sum(),
          1000 * tokens() / rows.stream().mapToDouble(Row::ms).sum(),
          overhead());
    }
  }

  /** Takes the time of a model's passes. */
  private static final class Clock extends DelegatingDenoiser {
    private long nanos;

    Clock(Denoiser model) {
      super(model);
    }

    @Override
    public void forward(List<Query> queries) {
      long start = System.nanoTime();
      super.forward(queries);
      nanos += System.nanoTime() - start;
    }
  }

  LoadedModel model(String name) throws IOException {
    LoadedModel model = models.get(name);
    if (model == null) {
      model = LoadedModel.open(WEIGHTS.resolve(name), 1, "auto");
      models.put(name, model);
    }
    return model;
  }

  /** Returns options from names and values, with a response of at most 64 tokens. */
  static DecodeOptions options(String algorithm, Object... more) {
    Map<String, Object> values = new HashMap<>(Map.of("gen-length", 64));
    for (int i = 0; i < more.length; i += 2) {
      values.put((String) more[i], more[i + 1]);
    }
    return DecodeOptions.of(algorithm, values);
  }

  /** Decodes prompts one after another, in their order, with one decoder. */
  Outcome run(String name, DecodeOptions options, List<SidePrompts> prompts) throws IOException {
    LoadedModel model = model(name);
    Clock clock = new Clock(model.denoiser());
    Decoder decoder = new Decoder(clock, model.resources(options));
    List<Row> rows = new ArrayList<>();
    for (SidePrompts prompt : prompts) {
      int[] ids =
          model
              .text()
              .chat(
                  prompt.task().messages(prompt.sample()).stream()
                      .map(m -> new ChatMessage(m.role(), m.content()))
                      .toList());
      DecodeOptions own =
          FILLS_CANVAS.contains(model.denoiser().conditioning())
              ? options.with("gen-length", prompt.task().genLength())
              : options;
      clock.nanos = 0;
      long start = System.nanoTime();
      DecodeResult result = decoder.decode(new DecodeRequest(ids, own, rows.size()));
      double ms = (System.nanoTime() - start) / 1e6;
      int tokens = Math.min(result.ids().length, result.keptTokens() + 1);
      Map<String, Double> scores = prompt.task().score(prompt.sample(), model.answer(result.ids()));
      rows.add(
          new Row(
              prompt.task().id(),
              Arrays.copyOf(result.ids(), tokens),
              result.nfe(),
              result.auxiliaryNfe(),
              result.draftedTokens(),
              result.acceptedTokens(),
              scores.get(prompt.task().figureMetric()) == 1,
              ms,
              clock.nanos / 1e6));
    }
    Outcome outcome = new Outcome(rows);
    report(name, options, outcome);
    return outcome;
  }

  private static void report(String name, DecodeOptions options, Outcome outcome)
      throws IOException {
    String byTask =
        outcome.tasks().stream()
            .map(outcome::task)
            .map(
                o ->
                    String.format(
                        Locale.ROOT,
                        "%s %.1f/%.2f",
                        o.rows().getFirst().task(),
                        o.score(),
                        o.tokensPerPass()))
            .collect(Collectors.joining(" "));
    Files.createDirectories(REPORT.getParent());
    Files.writeString(
        REPORT,
        "%s%n%s %s: %s%n    %s%n"
            .formatted(options, options.algorithm().id(), name, outcome, byTask),
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  @Override
  public void close() {
    models.values().forEach(LoadedModel::close);
    models.clear();
  }
}

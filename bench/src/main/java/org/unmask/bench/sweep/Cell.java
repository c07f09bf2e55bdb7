package org.unmask.bench.sweep;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.unmask.bench.load.LoadedModel;
import org.unmask.bench.load.TraceFacts;
import org.unmask.decode.DecodeListener;
import org.unmask.decode.DecodeOptions;
import org.unmask.decode.DecodeRequest;
import org.unmask.decode.DecodeResources;
import org.unmask.decode.DecodeResult;
import org.unmask.decode.Decoder;
import org.unmask.decode.trace.TraceWriter;
import org.unmask.model.Denoiser;
import org.unmask.tasks.parallelbench.Sample;
import org.unmask.tasks.parallelbench.Task;

/**
 * The samples of one task at one setting.
 *
 * <p>If decoding fails, each sample that was under way is tried again on its own; one that fails
 * again is recorded as failed, and the others go on.
 */
final class Cell {

  /** What the cells of a sweep share. */
  record Context(
      LoadedModel model,
      Denoiser denoiser,
      EnergyMeter meter,
      Scorer scorer,
      RunFolder folder,
      Progress progress,
      int batch,
      int traces,
      BooleanSupplier stop) {}

  private final Context context;
  private final Task task;
  private final List<Sample> samples;
  private final List<int[]> prompts;
  private final Strategy strategy;
  private final Setting setting;
  private final DecodeOptions options;
  private final SharedClock clock;
  private final DecodeResources resources;

  Cell(
      Context context,
      Task task,
      List<Sample> samples,
      List<int[]> prompts,
      Strategy strategy,
      Setting setting)
      throws IOException {
    this.context = context;
    this.task = task;
    this.samples = samples;
    this.prompts = prompts;
    this.strategy = strategy;
    this.setting = setting;
    options = Grid.options(setting, task.genLength());
    clock = new SharedClock(context.meter());
    resources = context.model().resources(options);
  }

  void run() {
    Set<Integer> missing = new LinkedHashSet<>();
    for (int i = 0; i < samples.size(); i++) {
      if (!context.folder().has(key(i))) {
        missing.add(i);
      }
    }
    while (!missing.isEmpty()) {
      Attempt attempt = new Attempt(List.copyOf(missing), context.batch());
      RuntimeException failure = attempt.run();
      missing.removeAll(attempt.done);
      if (failure == null) {
        return;
      }
      for (int i : attempt.underWay()) {
        Attempt again = new Attempt(List.of(i), 1);
        RuntimeException second = again.run();
        if (second != null) {
          storeFailure(i, second);
        }
        missing.remove(i);
      }
    }
  }

  private SampleRow.Key key(int i) {
    return new SampleRow.Key(
        context.model().name(),
        task.id(),
        strategy.name(),
        setting.label(),
        samples.get(i).index());
  }

  /** One go at some samples. */
  private final class Attempt implements Decoder.ResultSink {
    private final List<Integer> wanted;
    private final int batch;
    private final List<Integer> begun = new ArrayList<>();
    private final List<double[]> beganAt = new ArrayList<>();
    private final Set<Integer> done = new HashSet<>();
    private final Map<Integer, Recording> recordings = new HashMap<>();

    Attempt(List<Integer> wanted, int batch) {
      this.wanted = wanted;
      this.batch = batch;
    }

    /** Returns why decoding failed, or null. A stop, and what is wrong with the disk, is thrown. */
    @Nullable RuntimeException run() {
      boolean traced = wanted.stream().anyMatch(i -> i < context.traces());
      DecodeListener listener =
          (request, step) -> {
            Recording recording = recordings.get(begun.get(request));
            if (recording != null) {
              recording.writer.step(step);
            }
          };
      clock.skip();
      try {
        new Decoder(context.denoiser(), resources)
            .decodeAll(requests(), batch, this, traced ? listener : null);
        return null;
      } catch (UncheckedIOException | CancellationException e) {
        throw e;
      } catch (RuntimeException e) {
        if (underWay().isEmpty()) {
          throw e; // not the fault of a sample
        }
        return e;
      }
    }

    List<Integer> underWay() {
      return begun.stream().filter(i -> !done.contains(i)).toList();
    }

    private Iterator<DecodeRequest> requests() {
      Iterator<Integer> next = wanted.iterator();
      return new Iterator<>() {
        @Override
        public boolean hasNext() {
          return next.hasNext();
        }

        @Override
        public DecodeRequest next() {
          int i = next.next();
          begun.add(i);
          beganAt.add(new double[] {clock.ms(), clock.joules()});
          DecodeRequest request =
              new DecodeRequest(prompts.get(i), options, samples.get(i).index());
          if (i < context.traces()) {
            recordings.put(i, new Recording(key(i), request));
          }
          return request;
        }
      };
    }

    @Override
    public void onRound(int sequences) {
      clock.share(sequences);
      if (context.stop().getAsBoolean()) {
        throw new CancellationException("the run was stopped");
      }
    }

    @Override
    public void accept(int request, DecodeResult result) {
      double ms = clock.ms() - beganAt.get(request)[0];
      double joules = clock.joules() - beganAt.get(request)[1];
      int i = begun.get(request);
      done.add(i);
      List<String> trace = trace(i, result);
      String output = context.model().text().withoutSpecials(result.ids());
      context
          .scorer()
          .score(
              task,
              samples.get(i),
              output,
              scores ->
                  keep(
                      new SampleRow(
                          context.model().name(),
                          task.id(),
                          strategy.name(),
                          setting.label(),
                          samples.get(i).index(),
                          output,
                          scores,
                          result.generatedTokens(),
                          result.nfe(),
                          result.keptTokens(),
                          result.auxiliaryNfe(),
                          result.draftedTokens(),
                          result.acceptedTokens(),
                          round(ms),
                          context.meter().measures() ? round(joules) : null,
                          null),
                      trace));
      clock.skip();
    }

    private List<String> trace(int i, DecodeResult result) {
      Recording recording = recordings.remove(i);
      if (recording == null) {
        return List.of();
      }
      recording.writer.end(result);
      return recording.lines;
    }
  }

  /** The lines of one traced sample. */
  private final class Recording {
    private final List<String> lines = new ArrayList<>();
    private final TraceWriter writer;

    Recording(SampleRow.Key key, DecodeRequest request) {
      LoadedModel model = context.model();
      writer =
          new TraceWriter(
              lines::add, model.text()::withSpecials, TraceFacts.flops(model), System::nanoTime);
      try {
        Map<String, Object> facts = TraceFacts.of(model);
        facts.put(Trace.SAMPLE, Trace.sample(key));
        writer.begin(request, facts);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private void storeFailure(int i, RuntimeException failure) {
    String reason = failure.getMessage() == null ? failure.toString() : failure.getMessage();
    keep(
        new SampleRow(
            context.model().name(),
            task.id(),
            strategy.name(),
            setting.label(),
            samples.get(i).index(),
            "",
            Map.of(),
            task.genLength(),
            0,
            0,
            0,
            0,
            0,
            0,
            null,
            reason),
        List.of());
  }

  private void keep(SampleRow row, List<String> trace) {
    try {
      synchronized (context.folder()) {
        if (!trace.isEmpty()) {
          context.folder().appendTrace(trace);
        }
        context.folder().append(List.of(row));
        context.progress().advance(1);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static double round(double value) {
    return Math.rint(value * 1000) / 1000;
  }
}

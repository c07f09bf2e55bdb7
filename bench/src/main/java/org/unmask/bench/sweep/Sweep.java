package org.unmask.bench.sweep;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.unmask.bench.load.LoadedModel;
import org.unmask.decode.DecodeOptions;
import org.unmask.decode.DecodeRequest;
import org.unmask.decode.DecodeResult;
import org.unmask.decode.Decoder;
import org.unmask.model.chat.ChatMessage;
import org.unmask.tasks.parallelbench.Message;
import org.unmask.tasks.parallelbench.Sample;
import org.unmask.tasks.parallelbench.Task;

/**
 * Measures one model on every task at every setting, leaving out what the run has already.
 *
 * <p>The samples of a task at a setting are decoded together, up to {@code batch} at a time.
 */
public final class Sweep {

  private final Plan plan;
  private final Map<Task, List<Sample>> samples;
  private final int batch;
  private final BooleanSupplier stop;

  /**
   * Prepares a sweep.
   *
   * @param plan what to measure
   * @param samples the samples of each task of the plan, in its order
   * @param batch most sequences decoded together, at least 1
   * @param stop asked before each forward call; once true, the sequences under way are given up
   */
  public Sweep(Plan plan, Map<Task, List<Sample>> samples, int batch, BooleanSupplier stop) {
    this.plan = plan;
    this.samples = samples;
    this.batch = batch;
    this.stop = stop;
  }

  /**
   * Measures a model.
   *
   * @param model one of the plan's
   * @param folder receives each row as soon as it is measured
   * @param progress told of each row
   * @throws IOException if a row cannot be stored
   */
  public void run(LoadedModel model, RunFolder folder, Progress progress) throws IOException {
    try {
      for (Map.Entry<Task, List<Sample>> task : samples.entrySet()) {
        List<int[]> prompts = new ArrayList<>();
        for (Sample sample : task.getValue()) {
          prompts.add(model.text().chat(turns(task.getKey().messages(sample))));
        }
        for (Strategy strategy : plan.strategies()) {
          for (Setting setting : strategy.settings()) {
            new Cell(model, task.getKey(), task.getValue(), prompts, strategy, setting)
                .run(folder, progress);
          }
        }
      }
    } catch (CancellationException e) {
      // asked to stop: what was measured is stored, what was under way is measured next time
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static List<ChatMessage> turns(List<Message> messages) {
    return messages.stream().map(m -> new ChatMessage(m.role(), m.content())).toList();
  }

  /** The samples of one task at one setting. */
  private final class Cell {
    private final LoadedModel model;
    private final Task task;
    private final List<Sample> samples;
    private final List<int[]> prompts;
    private final Strategy strategy;
    private final Setting setting;
    private final SharedClock clock;
    private final List<Integer> begun = new ArrayList<>();
    private final List<Double> beganAt = new ArrayList<>();

    Cell(
        LoadedModel model,
        Task task,
        List<Sample> samples,
        List<int[]> prompts,
        Strategy strategy,
        Setting setting) {
      this.model = model;
      this.task = task;
      this.samples = samples;
      this.prompts = prompts;
      this.strategy = strategy;
      this.setting = setting;
      this.clock = new SharedClock(model.denoiser(), stop);
    }

    void run(RunFolder folder, Progress progress) {
      List<Integer> missing = new ArrayList<>();
      for (int i = 0; i < samples.size(); i++) {
        if (!folder.has(key(i))) {
          missing.add(i);
        }
      }
      if (missing.isEmpty()) {
        return;
      }
      DecodeOptions options = Grid.options(setting, task.genLength());
      clock.skip();
      new Decoder(clock, model.resources())
          .decodeAll(
              requests(missing.iterator(), options),
              batch,
              (request, result) -> store(request, result, folder, progress),
              null);
    }

    private SampleRow.Key key(int i) {
      return new SampleRow.Key(
          model.name(), task.id(), strategy.name(), setting.label(), samples.get(i).index());
    }

    private Iterator<DecodeRequest> requests(Iterator<Integer> missing, DecodeOptions options) {
      return new Iterator<>() {
        @Override
        public boolean hasNext() {
          return missing.hasNext();
        }

        @Override
        public DecodeRequest next() {
          int i = missing.next();
          begun.add(i);
          beganAt.add(clock.ms());
          return new DecodeRequest(prompts.get(i), options, samples.get(i).index());
        }
      };
    }

    private void store(int request, DecodeResult result, RunFolder folder, Progress progress) {
      double ms = clock.ms() - beganAt.get(request);
      int i = begun.get(request);
      String output = model.text().withoutSpecials(result.ids());
      SampleRow row =
          new SampleRow(
              model.name(),
              task.id(),
              strategy.name(),
              setting.label(),
              samples.get(i).index(),
              output,
              task.score(samples.get(i), output),
              result.generatedTokens(),
              result.nfe(),
              result.keptTokens(),
              Math.rint(ms * 1000) / 1000);
      try {
        folder.append(List.of(row));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      progress.advance(1);
      clock.skip();
    }
  }
}

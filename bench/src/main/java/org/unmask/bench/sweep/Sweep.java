package org.unmask.bench.sweep;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.unmask.bench.load.LoadedModel;
import org.unmask.model.Denoiser;
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
  private final Scorer scorer;
  private final EnergyMeter meter;
  private final int batch;
  private final int traces;
  private final BooleanSupplier stop;

  /**
   * Prepares a sweep.
   *
   * @param plan what to measure
   * @param samples the samples of each task of the plan, in its order
   * @param scorer knows what the plan's tasks need
   * @param meter measures energy, if it can
   * @param batch most sequences decoded together, at least 1
   * @param traces how many samples of each task to record step by step, at every setting
   * @param stop asked after each round of forward calls; once true, the sequences under way are
   *     given up
   */
  public Sweep(
      Plan plan,
      Map<Task, List<Sample>> samples,
      Scorer scorer,
      EnergyMeter meter,
      int batch,
      int traces,
      BooleanSupplier stop) {
    this.plan = plan;
    this.samples = samples;
    this.scorer = scorer;
    this.meter = meter;
    this.batch = batch;
    this.traces = traces;
    this.stop = stop;
  }

  /**
   * Measures a model. Scores of text may still be on their way when this returns.
   *
   * @param model one of the plan's
   * @param folder receives each row as soon as it is measured
   * @param progress told of each row
   * @throws IOException if a row cannot be stored
   */
  public void run(LoadedModel model, RunFolder folder, Progress progress) throws IOException {
    run(model, model.denoiser(), folder, progress);
  }

  /** Measures a model with another network than its own, for tests. */
  void run(LoadedModel model, Denoiser denoiser, RunFolder folder, Progress progress)
      throws IOException {
    Cell.Context context =
        new Cell.Context(model, denoiser, meter, scorer, folder, progress, batch, traces, stop);
    try {
      for (Map.Entry<Task, List<Sample>> entry : samples.entrySet()) {
        Task task = entry.getKey();
        List<Sample> part = new ArrayList<>();
        List<int[]> prompts = new ArrayList<>();
        for (int i = 0; i < entry.getValue().size(); i++) {
          if (plan.shard().has(i)) {
            Sample sample = entry.getValue().get(i);
            part.add(sample);
            prompts.add(model.text().chat(turns(task.messages(sample))));
          }
        }
        for (Strategy strategy : plan.strategies()) {
          for (Setting setting : strategy.settings()) {
            if (strategy.runsOn(model.name()) && setting.fits(task.genLength())) {
              new Cell(context, task, part, prompts, strategy, setting).run();
            }
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
}

package org.unmask.bench.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.unmask.bench.load.LoadedModel;
import org.unmask.bench.sweep.Grid;
import org.unmask.bench.sweep.Plan;
import org.unmask.bench.sweep.Setting;
import org.unmask.bench.sweep.Strategy;
import org.unmask.decode.DecodeOptions;
import org.unmask.decode.DecodeRequest;
import org.unmask.model.chat.ChatMessage;
import org.unmask.tasks.parallelbench.Sample;
import org.unmask.tasks.parallelbench.Task;

/** Guesses how long a plan takes, from a few timed forward passes without a cache. */
final class Estimate {

  private static final int STEPS = 4;

  private Estimate() {}

  /**
   * Returns the time of all samples of a plan with one model, in seconds. Adaptive strategies are
   * assumed to unmask four tokens a step.
   */
  static double seconds(Plan plan, Map<Task, List<Sample>> samples, LoadedModel model, int batch)
      throws IOException {
    Map<Integer, Double> msPerStep = new HashMap<>();
    double ms = 0;
    for (Map.Entry<Task, List<Sample>> entry : samples.entrySet()) {
      Task task = entry.getKey();
      Double step = msPerStep.get(task.genLength());
      if (step == null) {
        step = msPerStep(task, entry.getValue(), model, batch);
        msPerStep.put(task.genLength(), step);
      }
      for (Strategy strategy : plan.strategies()) {
        for (Setting setting : strategy.settings()) {
          if (strategy.runsOn(model.name()) && setting.fits(task.genLength())) {
            int count = plan.shard().share(entry.getValue().size());
            ms += step * Grid.expectedNfe(setting, task.genLength()) * count;
          }
        }
      }
    }
    return ms / 1000;
  }

  private static double msPerStep(Task task, List<Sample> samples, LoadedModel model, int batch)
      throws IOException {
    DecodeOptions options =
        DecodeOptions.of(
            "llada-low-confidence",
            Map.of(
                "gen-length", task.genLength(), "block-length", task.genLength(), "steps", STEPS));
    List<DecodeRequest> requests = new ArrayList<>();
    for (int i = 0; i < batch; i++) {
      List<ChatMessage> turns =
          task.messages(samples.get(i % samples.size())).stream()
              .map(m -> new ChatMessage(m.role(), m.content()))
              .toList();
      requests.add(new DecodeRequest(model.text().chat(turns), options));
    }
    long start = 0;
    for (int round = 0; round < 2; round++) { // the first warms up
      start = System.nanoTime();
      model.decoder().decodeAll(requests.iterator(), batch, (_, _) -> {}, null);
    }
    return (System.nanoTime() - start) / 1e6 / (STEPS * batch);
  }
}

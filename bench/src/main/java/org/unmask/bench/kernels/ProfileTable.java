package org.unmask.bench.kernels;

import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.unmask.model.transformer.StepProfile;
import org.unmask.model.transformer.StepProfile.Part;
import org.unmask.runtime.exec.WorkerPool;
import org.unmask.runtime.kernel.Kernels;
import org.unmask.runtime.kernel.vector.MachineLimits;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Where the time of forward calls goes: each part's share, and how near to the limit it runs. */
public final class ProfileTable {

  private static final int ROUNDS = 20;
  private static final double FAST = 0.6;

  private final int threads;
  private final double seconds;
  private final Path model;

  /**
   * Makes a table.
   *
   * @param threads threads to use, at least 1
   * @param seconds time per step
   * @param model folder of the shipped model
   */
  public ProfileTable(int threads, double seconds, Path model) {
    this.threads = threads;
    this.seconds = seconds;
    this.model = model;
  }

  /**
   * Measures in this JVM.
   *
   * @param rows receives one JSON object per part of a step: step, part, share of the time of all
   *     threads, rate in GFLOP/s and its share of the limit; both are 0 for what is no product. The
   *     part "all" is the step itself; the share of "fast" is what runs at 60 % of the limit or
   *     more
   */
  public void measure(Consumer<ObjectNode> rows) {
    MachineLimits.fmaGflops(threads, ROUNDS); // warm-up
    double limit = MachineLimits.fmaGflops(threads, ROUNDS);
    StepProfile profile = new StepProfile();
    try (WorkerPool pool = new WorkerPool(threads)) {
      StepCases cases = new StepCases(Kernels.fastest(), pool, profile);
      for (Supplier<StepCases.Step> make : cases.all(model)) {
        measure(make.get(), profile, limit, rows);
      }
    }
  }

  private void measure(
      StepCases.Step step, StepProfile profile, double limit, Consumer<ObjectNode> rows) {
    step.asCase().warmUp();
    profile.reset();
    long begin = System.nanoTime();
    int calls = 0;
    do {
      step.body().run();
      calls++;
    } while (System.nanoTime() - begin < seconds * 1e9);
    double total = (double) (System.nanoTime() - begin) * threads;
    double rest = 1;
    double fast = 0;
    for (Part part : Part.values()) {
      double nanos = profile.nanos(part);
      double rate = calls * step.work().flops(part) / nanos * threads;
      rest -= nanos / total;
      fast += rate >= FAST * limit ? nanos / total : 0;
      String name = part.name().toLowerCase(Locale.ROOT).replace('_', ' ');
      rows.accept(row(step.name(), name, nanos / total, rate, limit));
    }
    rows.accept(row(step.name(), "rest", rest, 0, limit));
    double rate = calls * step.work().flops() / total * threads;
    rows.accept(row(step.name(), "all", 1, rate, limit));
    rows.accept(row(step.name(), "fast", fast, 0, limit));
  }

  private static ObjectNode row(String step, String part, double share, double rate, double limit) {
    ObjectNode node = JsonMapper.shared().createObjectNode();
    return node.put("step", step)
        .put("part", part)
        .put("share", share)
        .put("rate", rate)
        .put("of_limit", rate / limit);
  }
}

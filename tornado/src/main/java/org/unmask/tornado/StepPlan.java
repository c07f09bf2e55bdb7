package org.unmask.tornado;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.unmask.gpu.Step;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.TornadoExecutionResult;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * The compiled form of all steps of one shape. Weights, keys and values are those on the device
 * already; the step's tables go there with every run, and results come back.
 */
final class StepPlan implements AutoCloseable {

  private final Recording recording;
  private final List<TornadoExecutionPlan> plans = new ArrayList<>();
  private @Nullable TornadoExecutionResult last;

  /** Makes the plans; their kernels are compiled on the first run. */
  StepPlan(Resident resident, Recording recording) {
    this.recording = recording;
    List<Recording.Part> parts = recording.parts();
    for (int i = 0; i < parts.size(); i++) {
      boolean isLast = i + 1 == parts.size();
      List<FloatArray> next = isLast ? List.of() : parts.get(i + 1).carried();
      plans.add(plan(resident, parts.get(i), next));
    }
  }

  private TornadoExecutionPlan plan(Resident resident, Recording.Part part, List<FloatArray> next) {
    String name = resident.nextName();
    TaskGraph graph = new TaskGraph(name);
    Set<FloatArray> used = Collections.newSetFromMap(new IdentityHashMap<>());
    part.tasks().forEach(task -> used.addAll(task.arrays()));
    graph.consumeFromDevice(resident.name(), resident.among(used));
    used.removeIf(resident::has);
    part.carried().forEach(used::remove);
    // declared although most are only written and read here: what is not declared is never freed
    graph.transferToDevice(DataTransferMode.FIRST_EXECUTION, used.toArray());
    graph.transferToDevice(DataTransferMode.EVERY_EXECUTION, recording.tables(), recording.masks());
    if (!part.carried().isEmpty()) {
      graph.transferToDevice(DataTransferMode.EVERY_EXECUTION, part.carried().toArray());
    }
    GridScheduler grids = resident.grids();
    int number = 0;
    for (Recording.Task task : part.tasks()) {
      String id = "t" + number++;
      task.adder().add(graph, id);
      if (task.items() > 0) {
        grids.addWorkerGrid(name + "." + id, Resident.grid(task.items(), task.group()));
      }
    }
    if (next.isEmpty()) {
      outputs(graph);
    } else {
      graph.transferToHost(DataTransferMode.EVERY_EXECUTION, next.toArray());
    }
    return resident.open(graph, grids);
  }

  private void outputs(TaskGraph graph) {
    Recording.Chunks chunks = recording.chunks();
    if (chunks != null) {
      graph.transferToHost(DataTransferMode.EVERY_EXECUTION, chunks.cells(), chunks.tokens());
    }
    Recording.Means means = recording.means();
    if (means != null) {
      graph.transferToHost(DataTransferMode.EVERY_EXECUTION, means.sums());
    }
    if (recording.logits() != null) {
      graph.transferToHost(DataTransferMode.UNDER_DEMAND, recording.logits());
    }
    if (chunks == null && means == null) { // something to wait for
      graph.transferToHost(DataTransferMode.EVERY_EXECUTION, recording.tables());
    }
  }

  Recording recording() {
    return recording;
  }

  /** Runs a step of the plan's shape and waits for it. */
  void run(Step step) {
    TableArray.fill(recording.tables(), step);
    TableArray.fillMasks(recording.masks(), step);
    for (TornadoExecutionPlan plan : plans) {
      last = plan.execute();
    }
  }

  /** Brings the logits of the last run to the host's copy of them. */
  MemorySegment logits() {
    FloatArray logits = recording.logits();
    if (last == null || logits == null) {
      throw new IllegalStateException("this step has no logits");
    }
    last.transferToHost(logits);
    return logits.getSegment();
  }

  @Override
  public void close() {
    plans.forEach(Resident::close);
  }
}

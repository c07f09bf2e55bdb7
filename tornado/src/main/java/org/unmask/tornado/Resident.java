package org.unmask.tornado;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.unmask.model.device.DeviceException;
import org.unmask.tornado.kernel.RowKernels;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.ImmutableTaskGraph;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * What stays on the device: weights, and the pool of keys and values. A graph of its own puts it
 * there once; every plan begins with that graph, and takes the memory over from it.
 */
final class Resident implements AutoCloseable {

  private static final AtomicInteger NAMES = new AtomicInteger();

  private final Platform platform;
  private final KernelContext context = new KernelContext();
  private final Set<FloatArray> arrays = Collections.newSetFromMap(new IdentityHashMap<>());
  private final String name = "resident" + NAMES.incrementAndGet();
  private @Nullable ImmutableTaskGraph graph;
  private int tasks;

  Resident(Platform platform) {
    this.platform = platform;
  }

  /** Adds an array, before the first plan is opened. */
  void add(FloatArray array) {
    if (graph != null) {
      throw new IllegalStateException("the resident memory is on the device already");
    }
    arrays.add(array);
  }

  String name() {
    return name;
  }

  String nextName() {
    return "step" + NAMES.incrementAndGet();
  }

  /** Tells whether an array is resident. */
  boolean has(FloatArray array) {
    return arrays.contains(array);
  }

  /** Returns those of the arrays that are resident. */
  Object[] among(Set<FloatArray> used) {
    return arrays.stream().filter(used::contains).toArray();
  }

  private ImmutableTaskGraph graph() {
    ImmutableTaskGraph made = graph;
    if (made == null) {
      TaskGraph task = new TaskGraph(name);
      FloatArray[] all = arrays.toArray(FloatArray[]::new);
      task.transferToDevice(DataTransferMode.FIRST_EXECUTION, (Object[]) all);
      FloatArray none = new FloatArray(1);
      int last = all.length - 1;
      for (int i = 0; i <= last; i += 4) {
        FloatArray b = all[Math.min(i + 1, last)];
        FloatArray c = all[Math.min(i + 2, last)];
        FloatArray d = all[Math.min(i + 3, last)];
        task.task("t" + tasks++, RowKernels::keep, context, all[i], b, c, d, none);
      }
      task.persistOnDevice((Object[]) all);
      made = task.snapshot();
      graph = made;
    }
    return made;
  }

  /** Returns the work-items of the graph that puts memory on the device. */
  GridScheduler grids() {
    graph();
    GridScheduler grids = new GridScheduler();
    for (int t = 0; t < tasks; t++) {
      grids.addWorkerGrid(name + ".t" + t, grid(1, 1));
    }
    return grids;
  }

  static WorkerGrid1D grid(int items, int group) {
    WorkerGrid1D grid = new WorkerGrid1D(items);
    grid.setLocalWork(group, 1, 1);
    return grid;
  }

  /** Makes a plan that runs a graph over the resident memory. */
  TornadoExecutionPlan open(TaskGraph step, GridScheduler grids) {
    TornadoExecutionPlan plan = new TornadoExecutionPlan(graph(), step.snapshot());
    plan.withGridScheduler(grids);
    plan.withGraph(0).execute();
    plan.withGraph(1);
    if (platform.isCuda()) {
      plan.withCUDAGraph();
    }
    return plan;
  }

  /** Frees what a plan holds. */
  static void close(TornadoExecutionPlan plan) {
    try {
      plan.close();
    } catch (TornadoExecutionPlanException e) {
      throw new DeviceException("TornadoVM could not free a plan: " + e.getMessage(), e);
    }
  }

  /** Frees the resident memory; no plan may run afterwards. */
  @Override
  public void close() {
    if (graph != null) {
      close(new TornadoExecutionPlan(graph));
    }
  }
}

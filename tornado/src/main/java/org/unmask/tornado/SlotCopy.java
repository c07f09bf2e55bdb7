package org.unmask.tornado;

import org.unmask.gpu.CacheMemory;
import org.unmask.tornado.kernel.RowKernels;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Copies one slot of a cache over another, on the device. */
final class SlotCopy implements AutoCloseable {

  private final IntArray slots = new IntArray(5);
  private final TornadoExecutionPlan plan;

  SlotCopy(Resident resident, FloatArray pool, int width, int layers) {
    String name = resident.nextName();
    TaskGraph graph = new TaskGraph(name);
    int size = layers * width;
    graph.consumeFromDevice(resident.name(), pool);
    graph.transferToDevice(DataTransferMode.EVERY_EXECUTION, slots);
    graph.task("copy", RowKernels::copySlot, new KernelContext(), slots, pool, width, size);
    graph.transferToHost(DataTransferMode.EVERY_EXECUTION, slots); // so that execution waits
    GridScheduler grids = resident.grids();
    grids.addWorkerGrid(name + ".copy", Resident.grid(Math.ceilDiv(size, 256) * 256, 256));
    plan = resident.open(graph, grids);
  }

  void run(CacheMemory cache, int from, int to) {
    slots.set(0, (int) cache.keys());
    slots.set(1, (int) cache.values());
    slots.set(2, (int) cache.layer());
    slots.set(3, from);
    slots.set(4, to);
    plan.execute();
  }

  @Override
  public void close() {
    Resident.close(plan);
  }
}

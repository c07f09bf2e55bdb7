package org.unmask.tornado.kernel;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import uk.ac.manchester.tornado.api.KernelContext;

/**
 * Runs kernels as the plain Java they are: a thread for each work-item of a group, with a barrier
 * that waits and local arrays that the group shares.
 */
final class HostGrid {

  private HostGrid() {}

  /** Runs so many groups, one after the other. */
  static void run(int groups, int size, Consumer<KernelContext> kernel) {
    for (int group = 0; group < groups; group++) {
      runGroup(group, size, kernel);
    }
  }

  private static void runGroup(int group, int size, Consumer<KernelContext> kernel) {
    Group shared = new Group(size);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    List<Thread> items = new ArrayList<>();
    for (int item = 0; item < size; item++) {
      Item context = new Item(shared, group, item);
      items.add(
          Thread.startVirtualThread(
              () -> {
                try {
                  kernel.accept(context);
                } catch (Throwable e) {
                  failure.compareAndSet(null, e);
                  shared.barrier.reset();
                }
              }));
    }
    try {
      for (Thread item : items) {
        item.join();
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    if (failure.get() != null) {
      throw new AssertionError("a work-item failed", failure.get());
    }
  }

  /** What the work-items of a group share. */
  private static final class Group {

    private final int size;
    private final CyclicBarrier barrier;
    private final List<Object> arrays = new ArrayList<>();

    Group(int size) {
      this.size = size;
      barrier = new CyclicBarrier(size);
    }

    /** Returns the n-th local array, made by whoever asks first. */
    synchronized Object array(int n, Object fresh) {
      if (n == arrays.size()) {
        arrays.add(fresh);
      }
      return arrays.get(n);
    }
  }

  private static final class Item extends KernelContext {

    private final Group group;
    private int arrays;

    Item(Group group, int index, int item) {
      this.group = group;
      set("globalIdx", index * group.size + item);
      set("groupIdx", index);
      set("localIdx", item);
    }

    private void set(String name, int value) {
      try {
        Field field = KernelContext.class.getField(name);
        field.setAccessible(true);
        field.set(this, value);
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void localBarrier() {
      try {
        group.barrier.await();
      } catch (Exception e) {
        throw new IllegalStateException("another work-item failed, or left the group", e);
      }
    }

    @Override
    public float[] allocateFloatLocalArray(int size) {
      return (float[]) group.array(arrays++, new float[size]);
    }

    @Override
    public int[] allocateIntLocalArray(int size) {
      return (int[]) group.array(arrays++, new int[size]);
    }
  }
}

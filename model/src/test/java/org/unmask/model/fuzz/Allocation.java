package org.unmask.model.fuzz;

import java.lang.reflect.Method;

/**
 * Counts the bytes that the current thread has allocated. By reflection, since the module under
 * test does not read {@code jdk.management}.
 */
public final class Allocation {
  private final Object bean;
  private final Method count;

  public Allocation() throws ReflectiveOperationException {
    bean =
        Class.forName("java.lang.management.ManagementFactory")
            .getMethod("getThreadMXBean")
            .invoke(null);
    count =
        Class.forName("com.sun.management.ThreadMXBean")
            .getMethod("getCurrentThreadAllocatedBytes");
  }

  public long bytes() throws ReflectiveOperationException {
    return (long) count.invoke(bean);
  }
}

package org.unmask.weights;

import java.lang.reflect.Method;

/**
 * Counts the bytes that the current thread has allocated. By reflection, since the module under
 * test does not read {@code jdk.management}.
 */
final class Allocation {
  private final Object bean;
  private final Method count;

  Allocation() throws ReflectiveOperationException {
    bean =
        Class.forName("java.lang.management.ManagementFactory")
            .getMethod("getThreadMXBean")
            .invoke(null);
    count =
        Class.forName("com.sun.management.ThreadMXBean")
            .getMethod("getCurrentThreadAllocatedBytes");
  }

  long bytes() throws ReflectiveOperationException {
    return (long) count.invoke(bean);
  }
}

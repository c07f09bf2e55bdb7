/** Kernels with the Vector API; the only user of {@code jdk.incubator.vector}. */
package org.unmask.runtime.kernel.vector;

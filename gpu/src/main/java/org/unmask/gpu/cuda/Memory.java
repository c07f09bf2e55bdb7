package org.unmask.gpu.cuda;

import org.unmask.gpu.Buffer;

/**
 * Device memory.
 *
 * @param isRecorded whether recorded kernels may hold its address
 */
record Memory(Kind kind, long address, long bytes, boolean isRecorded) implements Buffer {}

package org.unmask.gpu.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.unmask.model.device.DeviceException;

/** cuBLAS, on the driver's stream, with a workspace of its own so that products can be recorded. */
final class CuBlas implements Blas {

  private static final long WORKSPACE = 64L << 20;
  private static final int TRANSPOSE = 1;
  private static final int PLAIN = 0;
  private static final int COMPUTE_32F = 68;
  private static final int DEFAULT_ALGORITHM = -1;

  private final Library library;
  private final Driver driver;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment handle;
  private final MemorySegment one = arena.allocateFrom(JAVA_FLOAT, 1f);
  private final MemorySegment zero = arena.allocateFrom(JAVA_FLOAT, 0f);
  private final MethodHandle gemm;
  private final long workspace;

  CuBlas(Library library, Driver driver) {
    this.library = library;
    this.driver = driver;
    MemorySegment out = arena.allocate(8, 8);
    call("cublasCreate_v2", library.function("cublasCreate_v2", ADDRESS), out);
    handle = out.get(ADDRESS, 0);
    MethodHandle setStream = library.function("cublasSetStream_v2", ADDRESS, ADDRESS);
    call("cublasSetStream_v2", setStream, handle, driver.stream());
    workspace = driver.allocate(WORKSPACE);
    if (workspace == 0) {
      throw new DeviceException("the device has no 64 MB left for cuBLAS's workspace");
    }
    MethodHandle setWorkspace =
        library.function("cublasSetWorkspace_v2", ADDRESS, JAVA_LONG, JAVA_LONG);
    call("cublasSetWorkspace_v2", setWorkspace, handle, workspace, WORKSPACE);
    gemm =
        library.function(
            "cublasGemmEx",
            ADDRESS,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            ADDRESS,
            JAVA_LONG,
            JAVA_INT,
            JAVA_INT,
            JAVA_LONG,
            JAVA_INT,
            JAVA_INT,
            ADDRESS,
            JAVA_LONG,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT);
  }

  @Override
  public void product(
      long a,
      long w,
      long out,
      int rows,
      int columns,
      int depth,
      Type in,
      Type result,
      boolean accumulate) {
    MemorySegment beta = accumulate ? one : zero;
    int status;
    try { // column-major: out^T = w a^T
      status =
          (int)
              gemm.invokeExact(
                  handle,
                  TRANSPOSE,
                  PLAIN,
                  columns,
                  rows,
                  depth,
                  one,
                  w,
                  code(in),
                  depth,
                  a,
                  code(in),
                  depth,
                  beta,
                  out,
                  code(result),
                  columns,
                  COMPUTE_32F,
                  DEFAULT_ALGORITHM);
    } catch (Throwable e) {
      throw new IllegalStateException("cannot call cublasGemmEx", e);
    }
    if (status != 0) {
      throw new DeviceException(
          "cublasGemmEx of %d x %d x %d failed with status %d"
              .formatted(rows, columns, depth, status));
    }
  }

  private static int code(Type type) {
    return switch (type) {
      case FLOAT -> 0;
      case F16 -> 2;
      case BF16 -> 14;
    };
  }

  private static void call(String what, MethodHandle function, Object... arguments) {
    int status;
    try {
      status = (int) function.invokeWithArguments(arguments);
    } catch (Throwable e) {
      throw new IllegalStateException("cannot call " + what, e);
    }
    if (status != 0) {
      throw new DeviceException(what + " failed with status " + status);
    }
  }

  @Override
  public void close() {
    call("cublasDestroy_v2", library.function("cublasDestroy_v2", ADDRESS), handle);
    driver.free(workspace);
    arena.close();
  }
}

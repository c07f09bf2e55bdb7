package org.unmask.runtime.kernel.vector;

import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import jdk.incubator.vector.FloatVector;
import org.unmask.runtime.kernel.Kernels;
import org.unmask.runtime.kernel.MatrixKernel;
import org.unmask.runtime.kernel.RowKernel;
import org.unmask.runtime.kernel.WidenKernel;

/** Loads the Vector API kernels for a vector width. */
public final class VectorKernels {

  private static final Map<Integer, Kernels> LOADED = new ConcurrentHashMap<>();

  private VectorKernels() {}

  /** Returns the widest vector this machine prefers, in bits, at most 512. */
  public static int preferredBits() {
    return Math.min(512, FloatVector.SPECIES_PREFERRED.vectorBitSize());
  }

  /**
   * Returns the kernels of a width, loaded once.
   *
   * @param bits 64, 128, 256 or 512; a width the machine lacks works, slowly
   * @throws IllegalArgumentException for any other width
   */
  public static Kernels of(int bits) {
    return LOADED.computeIfAbsent(bits, VectorKernels::load);
  }

  private static Kernels load(int bits) {
    VectorShape shape = new VectorShape(bits, hasManyRegisters() ? 10 : 4);
    shape.floats();
    return new Kernels(
        bits + "-bit vectors",
        (MatrixKernel) instance(MicroKernels.class, shape),
        (RowKernel) instance(VectorRowKernel.class, shape),
        (WidenKernel) instance(VectorWidenKernel.class, shape));
  }

  /** AVX-512, NEON and SVE have 32 vector registers; x86 without AVX-512 has 16. */
  private static boolean hasManyRegisters() {
    String arch = System.getProperty("os.arch", "");
    boolean x86 = arch.equals("amd64") || arch.equals("x86_64");
    return !x86 || FloatVector.SPECIES_PREFERRED.vectorBitSize() >= 512;
  }

  private static Object instance(Class<?> kernel, VectorShape shape) {
    String file = kernel.getSimpleName() + ".class";
    try (InputStream in = kernel.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException("kernel class file " + file + " is not readable");
      }
      MethodHandles.Lookup hidden =
          MethodHandles.lookup().defineHiddenClassWithClassData(in.readAllBytes(), shape, true);
      return hidden.lookupClass().getDeclaredConstructor().newInstance();
    } catch (IOException | ReflectiveOperationException e) {
      throw new IllegalStateException("cannot load " + kernel.getName() + " for " + shape, e);
    }
  }
}

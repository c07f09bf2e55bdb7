package org.unmask.runtime.kernel.vector;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * What a set of vector kernels is compiled for.
 *
 * @param bits vector width, 64, 128, 256 or 512
 * @param tileRows rows of a matrix tile of two vectors per row. With 32 vector registers 10: C2
 *     likes to load all rows' elements before it uses the first, and 20 accumulators, 2 vectors of
 *     the right side and 10 of the left just fit (of 12 rows it spills some, in some compilations).
 *     With 16 registers 4: it spills with 6
 */
record VectorShape(int bits, int tileRows) {

  VectorSpecies<Float> floats() {
    return switch (bits) {
      case 64 -> FloatVector.SPECIES_64;
      case 128 -> FloatVector.SPECIES_128;
      case 256 -> FloatVector.SPECIES_256;
      case 512 -> FloatVector.SPECIES_512;
      default ->
          throw new IllegalArgumentException(
              "vector width must be 64, 128, 256 or 512 bits, was " + bits);
    };
  }

  /**
   * Returns the shape a kernel class was loaded for.
   *
   * <p>C2 needs species in static final fields. Each kernel class is written once and loaded as a
   * hidden class per shape, with the shape as its class data, so that one JVM can hold all widths
   * side by side and each is as fast as a class of its own.
   */
  static VectorShape ofHiddenClass(MethodHandles.Lookup lookup) {
    try {
      return MethodHandles.classData(lookup, "_", VectorShape.class);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException("kernel classes are loaded through VectorKernels only", e);
    }
  }
}

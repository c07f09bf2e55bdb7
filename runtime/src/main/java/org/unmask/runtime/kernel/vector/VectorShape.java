package org.unmask.runtime.kernel.vector;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * What a set of vector kernels is compiled for.
 *
 * @param bits vector width, 64, 128, 256 or 512
 * @param tileRows rows of a matrix tile of two vectors per row: 12 where 32 vector registers hold
 *     24 accumulators, 6 where there are 16 registers
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

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes {@code MicroKernels.java}: the inner loops of every matrix product, one method per number of
 * rows, number of vectors and kind of right-hand side. C2 keeps accumulators in registers only if
 * they are separate local variables, hence the generated text; this template is the readable form.
 *
 * <p>Every method computes, for r in [0, rows) and each column j of its vectors,
 *
 * <pre>  c[r][j] = fma(a[r][k], b[k][j], c[r][j])   for k = 0, 1, ..., depth - 1</pre>
 *
 * starting from 0, or from c if {@code accumulate}. One chain per element, k ascending: the bits do
 * not depend on the tile shape, the vector width, or how the depth is cut.
 *
 * <p>Native memory is read by address: the loops know nothing of segments, whose class C2 would have
 * to guess from profiles, wrongly so if it compiles early or sees both mapped and allocated weights.
 * Addresses are long: C2 hoists the range check of {@code b + k * 128L} out of the loop but not that
 * of an int that might overflow, and with the check left in, the loop spills registers (81 instead
 * of 98 % of peak under collectors that turn strip mining off).
 *
 * <p>Run by Maven (generate-sources): {@code java MicroKernelGenerator.java OUTPUT_FOLDER}.
 */
final class MicroKernelGenerator {

  /** Heights of tiles; other row counts are made of these, so that few methods need compiling. */
  private static final int[] HEIGHTS = {10, 8, 6, 4, 2, 1};

  /** A kind of right-hand side: how the two sides are declared and where their elements are. */
  private enum Right {
    /** A panel of 32 columns in an array. */
    ARRAY("float[] a, int ao, float[] b, int bo", "a, ao, b, bo"),
    /** A packed float32 panel of 32 columns at an address. */
    F32("float[] a, int ao, long b", "a, ao, b"),
    /**
     * A packed bfloat16 panel at an address: one 32-bit word holds column j (low half) and column j +
     * 16 (high half), so that a shift and a mask widen one load into two vectors.
     */
    BF16("float[] a, int ao, long b", "a, ao, b");

    final String parameters;
    final String arguments;

    Right(String parameters, String arguments) {
      this.parameters = parameters;
      this.arguments = arguments;
    }

    /** Statements that load vectors b0.. of row k. */
    String load(int vectors) {
      StringBuilder s = new StringBuilder();
      switch (this) {
        case ARRAY -> {
          s.append("      int p = bo + k * 32;\n");
          for (int v = 0; v < vectors; v++) {
            s.append(
                "      FloatVector b%d = FloatVector.fromArray(S, b, p + %d * L);\n"
                    .formatted(v, v));
          }
        }
        case F32 -> {
          s.append("      long p = b + k * 128L;\n");
          for (int v = 0; v < vectors; v++) {
            s.append(
                "      FloatVector b%d = FloatVector.fromMemorySegment(S, MEMORY, p + %d * L, ORDER);\n"
                    .formatted(v, 4 * v));
          }
        }
        case BF16 ->
            s.append(
                """
                      long p = b + k * 64L;
                      IntVector w = FloatVector.fromMemorySegment(S, MEMORY, p, ORDER).reinterpretAsInts();
                      FloatVector b0 = w.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
                      FloatVector b1 = w.and(0xffff0000).reinterpretAsFloats();
                """);
      }
      return s.toString();
    }

    /** Offset in c of vector v of row r. */
    String column(int r, int v) {
      return "co + %d * ldc + %s".formatted(r, this == BF16 ? v * 16 : v + " * L");
    }
  }

  public static void main(String[] args) throws IOException {
    StringBuilder out = new StringBuilder(HEADER);
    for (Right right : Right.values()) {
      for (int rows : HEIGHTS) {
        out.append(method(right, rows, 2));
      }
      out.append(dispatcher(right, 2));
    }
    out.append("}\n");
    Path folder = Path.of(args[0], "org/unmask/runtime/kernel/vector");
    Files.createDirectories(folder);
    Path file = folder.resolve("MicroKernels.java");
    String text = out.toString();
    if (!Files.exists(file) || !Files.readString(file).equals(text)) {
      Files.writeString(file, text);
    }
  }

  private static String method(Right right, int rows, int vectors) {
    StringBuilder s = new StringBuilder();
    s.append(
        "\n  private static void %s(\n      %s, int depth,\n      float[] c, int co, int ldc, boolean accumulate) {\n"
            .formatted(name(right, rows, vectors), right.parameters));
    for (int r = 0; r < rows; r++) {
      for (int v = 0; v < vectors; v++) {
        s.append("    FloatVector c%d_%d = FloatVector.zero(S);\n".formatted(r, v));
      }
    }
    s.append("    if (accumulate) {\n");
    for (int r = 0; r < rows; r++) {
      for (int v = 0; v < vectors; v++) {
        s.append(
            "      c%d_%d = FloatVector.fromArray(S, c, %s);\n"
                .formatted(r, v, right.column(r, v)));
      }
    }
    s.append("    }\n    for (int k = 0; k < depth; k++) {\n");
    s.append(right.load(vectors));
    for (int r = 0; r < rows; r++) {
      s.append(
          "      FloatVector a%d = FloatVector.broadcast(S, a[ao + %d * 256 + k]);\n".formatted(r, r));
      for (int v = 0; v < vectors; v++) {
        s.append("      c%d_%d = a%d.fma(b%d, c%d_%d);\n".formatted(r, v, r, v, r, v));
      }
    }
    s.append("    }\n");
    for (int r = 0; r < rows; r++) {
      for (int v = 0; v < vectors; v++) {
        s.append("    c%d_%d.intoArray(c, %s);\n".formatted(r, v, right.column(r, v)));
      }
    }
    return s.append("  }\n").toString();
  }

  private static String dispatcher(Right right, int vectors) {
    StringBuilder s = new StringBuilder();
    s.append(
        "\n  private static void %s(\n      int rows, %s, int depth,\n      float[] c, int co, int ldc, boolean accumulate) {\n    switch (rows) {\n"
            .formatted(name(right, 0, vectors), right.parameters));
    for (int rows : HEIGHTS) {
      s.append(
          "      case %d -> %s(%s, depth, c, co, ldc, accumulate);\n"
              .formatted(rows, name(right, rows, vectors), right.arguments));
    }
    return s.append(
            "      default -> throw new IllegalArgumentException(\"rows \" + rows);\n    }\n  }\n")
        .toString();
  }

  private static String name(Right right, int rows, int vectors) {
    return right.name().toLowerCase() + (rows == 0 ? "" : "Rows" + rows) + "Vectors" + vectors;
  }

  private static final String HEADER =
      """
      package org.unmask.runtime.kernel.vector;

      import java.lang.foreign.MemorySegment;
      import java.lang.invoke.MethodHandles;
      import java.lang.ref.Reference;
      import java.nio.ByteOrder;
      import java.util.Objects;
      import jdk.incubator.vector.FloatVector;
      import jdk.incubator.vector.IntVector;
      import jdk.incubator.vector.VectorOperators;
      import jdk.incubator.vector.VectorSpecies;
      import org.unmask.runtime.kernel.MatrixKernel;

      /** GENERATED by MicroKernelGenerator; loaded once per vector shape by VectorKernels. */
      final class MicroKernels implements MatrixKernel {

        private static final VectorShape SHAPE = VectorShape.ofHiddenClass(MethodHandles.lookup());
        private static final VectorSpecies<Float> S = SHAPE.floats();
        private static final int L = S.length();
        /** All memory; weights are addressed in it, so that C2 need not guess their kind of segment. */
        @SuppressWarnings("restricted")
        private static final MemorySegment MEMORY = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
        private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

        MicroKernels() {}

        @Override
        public int tile(int left) {
          int tiles = Math.ceilDiv(left, SHAPE.tileRows());
          int even = Math.ceilDiv(left, 2 * tiles) * 2; // as equal as possible: 32 is four times 8
          return even <= left ? even : left == 1 ? 1 : left - 1;
        }

        @Override
        public boolean widensBf16(int rows) {
          return rows >= (SHAPE.tileRows() == 4 ? 24 : 192);
        }

        @Override
        public void multiply(
            int rows, float[] a, int ao, float[] b, int bo, int depth,
            float[] c, int co, int ldc, boolean accumulate) {
          for (int j = 0; j < PANEL; j += 2 * L) {
            arrayVectors2(rows, a, ao, b, bo + j, depth, c, co + j, ldc, accumulate);
          }
        }

        @Override
        public void multiplyF32(
            int rows, float[] a, int ao, MemorySegment b, int bo, int depth,
            float[] c, int co, int ldc, boolean accumulate) {
          long address = address(b, bo, depth * 128L);
          for (int j = 0; j < PANEL; j += 2 * L) {
            f32Vectors2(rows, a, ao, address + 4 * j, depth, c, co + j, ldc, accumulate);
          }
          Reference.reachabilityFence(b);
        }

        @Override
        public void multiplyBf16(
            int rows, float[] a, int ao, MemorySegment b, int bo, int depth,
            float[] c, int co, int ldc, boolean accumulate) {
          long address = address(b, bo, depth * 64L);
          for (int w = 0; w < PANEL / 2; w += L) {
            bf16Vectors2(rows, a, ao, address + 4 * w, depth, c, co + w, ldc, accumulate);
          }
          Reference.reachabilityFence(b);
        }

        private static long address(MemorySegment b, int bo, long bytes) {
          if (!b.isNative()) {
            throw new IllegalArgumentException("packed weights must be in native memory");
          }
          return b.address() + Objects.checkFromIndexSize(bo, bytes, b.byteSize());
        }
      """;
}

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
 * <p>Run by Maven (generate-sources): {@code java MicroKernelGenerator.java OUTPUT_FOLDER}.
 */
final class MicroKernelGenerator {

  private static final int MAX_ROWS = 6;

  /** A kind of right-hand side: how vectors of b are declared and where their columns are. */
  private enum Right {
    /** Rows of a float array, {@code ldb} apart. */
    ARRAY("float[] b, int bo, int ldb"),
    /** A packed float32 panel of 64 columns in native memory; offsets in bytes. */
    F32("MemorySegment b, long bo"),
    /**
     * A packed bfloat16 panel: one 32-bit word holds column j (low half) and column j + 16 (high
     * half) of a group of 32 columns, so that a shift and a mask widen one load into two vectors.
     */
    BF16("MemorySegment b, long bo");

    final String parameters;

    Right(String parameters) {
      this.parameters = parameters;
    }

    /** Statements that load vectors b0.. of row k. */
    String load(int vectors) {
      StringBuilder s = new StringBuilder();
      switch (this) {
        case ARRAY -> {
          s.append("      int p = bo + k * ldb;\n");
          for (int v = 0; v < vectors; v++) {
            s.append("      FloatVector b%d = FloatVector.fromArray(S, b, p + %d * L);\n".formatted(v, v));
          }
        }
        case F32 -> {
          s.append("      long p = bo + k * 256L;\n");
          for (int v = 0; v < vectors; v++) {
            s.append(
                "      FloatVector b%d = FloatVector.fromMemorySegment(S, b, p + %d * L, ORDER);\n"
                    .formatted(v, 4 * v));
          }
        }
        case BF16 -> {
          s.append("      long p = bo + k * 128L;\n");
          for (int v = 0; v < vectors; v += 2) {
            s.append(
                "      IntVector w%d = FloatVector.fromMemorySegment(S, b, p + %d * L, ORDER).reinterpretAsInts();\n"
                    .formatted(v, 2 * v));
            s.append(
                "      FloatVector b%d = w%d.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();\n"
                    .formatted(v, v));
            s.append(
                "      FloatVector b%d = w%d.and(0xffff0000).reinterpretAsFloats();\n"
                    .formatted(v + 1, v));
          }
        }
      }
      return s.toString();
    }

    /** Offset in c of vector v of row r. */
    String column(int r, int v) {
      return this == BF16
          ? "c%s + %d * ldc + %d".formatted(v / 2 == 0 ? "o" : "p", r, v % 2 * 16)
          : "co + %d * ldc + %d * L".formatted(r, v);
    }
  }

  public static void main(String[] args) throws IOException {
    StringBuilder out = new StringBuilder(HEADER);
    for (Right right : Right.values()) {
      for (int vectors : right == Right.ARRAY ? new int[] {4, 2, 1} : new int[] {4, 2}) {
        for (int rows = 1; rows <= MAX_ROWS; rows++) {
          out.append(method(right, rows, vectors));
        }
        out.append(dispatcher(right, vectors));
      }
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
        "\n  private static void %s(\n      float[] a, int ao, int lda, %s, int depth,\n      float[] c, int co, int cp, int ldc, boolean accumulate) {\n"
            .formatted(name(right, rows, vectors), right.parameters));
    for (int r = 0; r < rows; r++) {
      for (int v = 0; v < vectors; v++) {
        s.append("    FloatVector c%d%d = FloatVector.zero(S);\n".formatted(r, v));
      }
    }
    s.append("    if (accumulate) {\n");
    for (int r = 0; r < rows; r++) {
      for (int v = 0; v < vectors; v++) {
        s.append(
            "      c%d%d = FloatVector.fromArray(S, c, %s);\n"
                .formatted(r, v, right.column(r, v)));
      }
    }
    s.append("    }\n    for (int k = 0; k < depth; k++) {\n");
    s.append(right.load(vectors));
    for (int r = 0; r < rows; r++) {
      s.append(
          "      FloatVector a%d = FloatVector.broadcast(S, a[ao + %d * lda + k]);\n"
              .formatted(r, r));
      for (int v = 0; v < vectors; v++) {
        s.append("      c%d%d = a%d.fma(b%d, c%d%d);\n".formatted(r, v, r, v, r, v));
      }
    }
    s.append("    }\n");
    for (int r = 0; r < rows; r++) {
      for (int v = 0; v < vectors; v++) {
        s.append("    c%d%d.intoArray(c, %s);\n".formatted(r, v, right.column(r, v)));
      }
    }
    return s.append("  }\n").toString();
  }

  private static String dispatcher(Right right, int vectors) {
    String arguments =
        right == Right.ARRAY ? "a, ao, lda, b, bo, ldb, depth" : "a, ao, lda, b, bo, depth";
    StringBuilder s = new StringBuilder();
    s.append(
        "\n  private static void %s(\n      int rows, float[] a, int ao, int lda, %s, int depth,\n      float[] c, int co, int cp, int ldc, boolean accumulate) {\n    switch (rows) {\n"
            .formatted(name(right, 0, vectors), right.parameters));
    for (int rows = 1; rows <= MAX_ROWS; rows++) {
      s.append(
          "      case %d -> %s(%s, c, co, cp, ldc, accumulate);\n"
              .formatted(rows, name(right, rows, vectors), arguments));
    }
    return s.append("      default -> throw new IllegalArgumentException(\"rows \" + rows);\n    }\n  }\n")
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
      import java.nio.ByteOrder;
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
        private static final boolean WIDE = SHAPE.tileVectors() == 4;
        private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

        MicroKernels() {}

        @Override
        public void multiply(
            int rows, int columns, float[] a, int ao, int lda, float[] b, int bo, int ldb, int depth,
            float[] c, int co, int ldc, boolean accumulate) {
          int j = 0;
          if (WIDE) {
            for (; j <= columns - 4 * L; j += 4 * L) {
              arrayVectors4(rows, a, ao, lda, b, bo + j, ldb, depth, c, co + j, 0, ldc, accumulate);
            }
          }
          for (; j <= columns - 2 * L; j += 2 * L) {
            arrayVectors2(rows, a, ao, lda, b, bo + j, ldb, depth, c, co + j, 0, ldc, accumulate);
          }
          for (; j < columns; j += L) {
            arrayVectors1(rows, a, ao, lda, b, bo + j, ldb, depth, c, co + j, 0, ldc, accumulate);
          }
        }

        @Override
        public void multiplyF32(
            int rows, float[] a, int ao, int lda, MemorySegment b, long bo, int depth,
            float[] c, int co, int ldc, boolean accumulate) {
          if (WIDE) {
            for (int j = 0; j < 64; j += 4 * L) {
              f32Vectors4(rows, a, ao, lda, b, bo + 4L * j, depth, c, co + j, 0, ldc, accumulate);
            }
          } else {
            for (int j = 0; j < 64; j += 2 * L) {
              f32Vectors2(rows, a, ao, lda, b, bo + 4L * j, depth, c, co + j, 0, ldc, accumulate);
            }
          }
        }

        @Override
        public void multiplyBf16(
            int rows, float[] a, int ao, int lda, MemorySegment b, long bo, int depth,
            float[] c, int co, int ldc, boolean accumulate) {
          if (WIDE) {
            for (int w = 0; w < 32; w += 2 * L) {
              bf16Vectors4(
                  rows, a, ao, lda, b, bo + 4L * w, depth,
                  c, co + column(w), co + column(w + L), ldc, accumulate);
            }
          } else {
            for (int w = 0; w < 32; w += L) {
              bf16Vectors2(
                  rows, a, ao, lda, b, bo + 4L * w, depth, c, co + column(w), 0, ldc, accumulate);
            }
          }
        }

        /** The column whose value is the low half of a panel row's word w, w in [0, 32). */
        private static int column(int w) {
          return (w & 16) * 2 + (w & 15);
        }
      """;
}

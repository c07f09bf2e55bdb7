package org.unmask.gpu.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.unmask.model.device.Precision;
import org.unmask.model.transformer.TransformerConfig;

/** The kernels compiled for one model, one precision and one device. */
final class Kernels {

  /** Keys of all groups of an attention block that lie in shared memory at once. */
  private static final int KEYS_AT_ONCE = 128;

  private static final int PADDING = 8;
  private static final int EXACT_ROWS = 8;
  private static final int STATIC_SHARED = 2048;

  private final Driver driver;
  private final MemorySegment module;
  private final Map<String, MemorySegment> functions = new HashMap<>();

  private Kernels(Driver driver, MemorySegment module) {
    this.driver = driver;
    this.module = module;
  }

  static Kernels load(
      Driver driver, KernelCompiler compiler, TransformerConfig config, Precision precision) {
    byte[] image = compiler.compile(source(precision), options(config, precision, driver.facts()));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment copy = arena.allocate(image.length, 16);
      MemorySegment.copy(image, 0, copy, ValueLayout.JAVA_BYTE, 0, image.length);
      return new Kernels(driver, driver.loadModule(copy));
    }
  }

  /** Returns a kernel that may use so much dynamic shared memory. */
  MemorySegment get(String name, int sharedBytes) {
    MemorySegment found = functions.get(name);
    if (found == null) {
      found = driver.function(module, name, sharedBytes);
      functions.put(name, found);
    }
    return found;
  }

  /** Returns the CUDA C of a precision. */
  static String source(Precision precision) {
    List<String> files =
        isHalf(precision)
            ? List.of("common.cu", "attention16.cu")
            : List.of("common.cu", "products.cu", "attention32.cu");
    StringBuilder source = new StringBuilder();
    files.forEach(file -> source.append(resource(file)));
    return source.toString();
  }

  static boolean isHalf(Precision precision) {
    return switch (precision) {
      case BF16, F16 -> true;
      case F32, EXACT -> false;
    };
  }

  /** Returns the compiler's options: the target, and the shape of the model. */
  static List<String> options(TransformerConfig c, Precision precision, Driver.Facts facts) {
    int store =
        switch (precision) {
          case F32, EXACT -> 0;
          case BF16 -> 1;
          case F16 -> 2;
        };
    float scale = (float) (1 / Math.sqrt(c.headDim()));
    List<String> options = new ArrayList<>();
    options.add("--gpu-architecture=sm_" + facts.major() + facts.minor());
    options.add("--std=c++17");
    options.add("--fmad=false");
    options.add("-DSTORE=" + store);
    options.add("-DHIDDEN=" + c.hiddenSize());
    options.add("-DHEADS=" + c.numHeads());
    options.add("-DKV_HEADS=" + c.numKvHeads());
    options.add("-DHEAD_DIM=" + c.headDim());
    options.add("-DROTARY=" + c.rotaryFrequencies().length);
    options.add("-DINNER=" + c.intermediateSize());
    options.add("-DVOCAB=" + c.vocabSize());
    options.add("-DEPS=0x%08xu".formatted(Float.floatToRawIntBits(c.rmsNormEps())));
    options.add("-DSCALE=0x%08xu".formatted(Float.floatToRawIntBits(scale)));
    options.add("-DQK_NORM=" + (c.hasQkNorm() ? 1 : 0));
    options.add("-DSTAGES=" + stages(c, facts));
    return options;
  }

  /**
   * Returns how many rows of a query a block of attention takes.
   *
   * @throws IllegalArgumentException if not even one row's scores fit
   */
  static int tileRows(
      TransformerConfig c, Precision precision, Driver.Facts facts, int rows, int keys) {
    if (isHalf(precision)) {
      return Math.ceilDiv(rows, 64) * c.numHeads() >= 96 ? 64 : 32;
    }
    int room = keys <= 1 ? keys : Integer.highestOneBit(keys - 1) << 1; // as shapes are rounded
    long most = (facts.sharedMemoryPerBlock() - 1024) / (4L * room);
    if (most < 1) {
      throw new IllegalArgumentException(
          "%d visible keys are more than float32 attention on this GPU can hold; use --precision bf16"
              .formatted(keys));
    }
    return (int) Math.min(EXACT_ROWS, most);
  }

  /** Returns how deep attention copies ahead: 2 where shared memory has room for it. */
  static int stages(TransformerConfig c, Driver.Facts facts) {
    return attentionBytes(c, 64, 2) + STATIC_SHARED <= facts.sharedMemoryPerBlock() ? 2 : 1;
  }

  /** Returns the shared memory of a block of 16-bit attention over tiles of so many rows. */
  static int attentionBytes(TransformerConfig c, int tileRows, int stages) {
    return 2 * (c.headDim() + PADDING) * (tileRows + 2 * stages * KEYS_AT_ONCE);
  }

  private static String resource(String name) {
    try (InputStream in = Kernels.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("resource " + name + " is missing from the module");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

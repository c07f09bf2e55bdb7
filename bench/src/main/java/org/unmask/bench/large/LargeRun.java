package org.unmask.bench.large;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.unmask.bench.load.PackedSize;
import org.unmask.bench.load.Warming;
import org.unmask.model.Denoiser;
import org.unmask.model.KvCache;
import org.unmask.model.Query;
import org.unmask.model.pack.Packing;
import org.unmask.model.transformer.Transformer;
import org.unmask.model.transformer.TransformerConfig;
import org.unmask.runtime.exec.WorkerPool;
import org.unmask.runtime.kernel.Kernels;
import org.unmask.runtime.nn.WarmUp;
import org.unmask.runtime.nn.WeightFormat;
import org.unmask.weights.Checkpoint;
import org.unmask.weights.CheckpointException;

/**
 * Times a large model: loading, the first step, steps over 64, 128 and 256 tokens of which the last
 * 32 are predicted, and a block of 32 against 256 cached rows.
 *
 * @param folder the checkpoint
 * @param format how weights are held
 * @param threads of the forward pass
 * @param repeats timed steps of each kind, after one untimed
 * @param packing whether packed weights are kept in a file
 */
public record LargeRun(
    Path folder, WeightFormat format, int threads, int repeats, Packing packing) {

  private static final int BLOCK = 32;

  /**
   * One kind of step.
   *
   * @param name what was timed
   * @param milliseconds one figure per repeat, ascending
   */
  public record Timing(String name, double[] milliseconds) {

    @Override
    public String toString() {
      return "%s: %.0f ms/step (%.0f to %.0f)"
          .formatted(
              name,
              milliseconds[milliseconds.length / 2],
              milliseconds[0],
              milliseconds[milliseconds.length - 1]);
    }
  }

  /**
   * All figures.
   *
   * @param layers layers of the model
   * @param packedBytes memory of the packed weights
   * @param loadSeconds opening and packing
   * @param firstStepSeconds from opening to the end of a first step over 64 tokens
   * @param steps the steps
   * @param peakBytes most memory resident at any time, mapped files included; 0 if unknown
   * @param anonymousBytes memory resident at the end that is not a mapped file; 0 if unknown
   * @param swappedBytes memory swapped out at the end
   */
  public record Figures(
      int layers,
      long packedBytes,
      double loadSeconds,
      double firstStepSeconds,
      List<Timing> steps,
      long peakBytes,
      long anonymousBytes,
      long swappedBytes) {}

  /**
   * Loads and times.
   *
   * @param note hears how it gets on
   * @throws IOException if the model cannot be loaded, or would not fit the memory that is free
   */
  public Figures measure(Consumer<String> note) throws IOException {
    long start = System.nanoTime();
    try (WorkerPool pool = new WorkerPool(threads);
        Checkpoint checkpoint = Checkpoint.open(folder)) {
      long bytes = PackedSize.bytes(Transformer.config(checkpoint), format);
      refuseIfTooLarge(bytes);
      Kernels kernels = Kernels.fastest();
      Warming warming = new Warming(kernels);
      warming.common();
      warming.weights(format, packing.sample(bytes, WarmUp.PANEL_BYTES, Arena.ofAuto()));
      Transformer model = Transformer.load(checkpoint, Optional.of(format), pool, packing);
      double load = seconds(start);
      note.accept("loaded in %.1f s".formatted(load));
      Denoiser denoiser = model.newDenoiser(kernels, pool);
      warming.join();
      TransformerConfig config = model.config();
      int[] ids = canvas(config);
      denoiser.forward(List.of(step(ids, 64)));
      double first = seconds(start);
      note.accept("first step after %.1f s".formatted(first));
      List<Timing> steps = new ArrayList<>();
      for (int tokens : new int[] {64, 128, 256}) {
        steps.add(time(denoiser, tokens + " tokens", step(ids, tokens)));
        note.accept(steps.getLast().toString());
      }
      KvCache cache = denoiser.newCache(ids.length);
      denoiser.forward(List.of(last(new Query(cache).rows(ids, 0, ids.length), ids.length)));
      Query block = new Query(cache).rows(ids, ids.length - BLOCK, ids.length);
      steps.add(time(denoiser, "32 of 256, rest cached", last(block, BLOCK)));
      return new Figures(
          config.numLayers(),
          model.packedBytes(),
          load,
          first,
          steps,
          resident("VmHWM:"),
          resident("RssAnon:"),
          resident("VmSwap:"));
    }
  }

  private void refuseIfTooLarge(long bytes) throws IOException {
    long free = inFile("/proc/meminfo", "MemAvailable:");
    if (free > 0 && bytes > free) {
      throw new CheckpointException(
          "%s: its weights as %s take %,d MB and %,d MB of memory are free; use --quant int8 or int4"
              .formatted(folder, format, bytes >> 20, free >> 20));
    }
  }

  private static int[] canvas(TransformerConfig config) {
    int[] ids = new SplittableRandom(1).ints(256, 0, config.vocabSize()).toArray();
    Arrays.fill(ids, ids.length - BLOCK, ids.length, config.maskId());
    return ids;
  }

  private static Query step(int[] ids, int tokens) {
    return last(new Query().rows(ids, 0, tokens), tokens);
  }

  private static Query last(Query query, int rows) {
    return query.predict(IntStream.range(rows - BLOCK, rows).toArray(), BLOCK);
  }

  private Timing time(Denoiser denoiser, String name, Query query) {
    denoiser.forward(List.of(query));
    double[] milliseconds = new double[repeats];
    for (int i = 0; i < repeats; i++) {
      long start = System.nanoTime();
      denoiser.forward(List.of(query));
      milliseconds[i] = seconds(start) * 1e3;
    }
    Arrays.sort(milliseconds);
    return new Timing(name, milliseconds);
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  private static long resident(String key) throws IOException {
    return inFile("/proc/self/status", key);
  }

  /** Reads a number of kilobytes as bytes; 0 where there is no such file, as outside of Linux. */
  private static long inFile(String file, String key) throws IOException {
    Path path = Path.of(file);
    if (!Files.isReadable(path)) {
      return 0;
    }
    return Files.readAllLines(path).stream()
        .filter(line -> line.startsWith(key))
        .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
        .sum();
  }
}

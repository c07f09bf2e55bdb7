package org.unmask.bench.jmh;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.unmask.bench.large.RandomLlada;
import org.unmask.bench.load.Companions;
import org.unmask.bench.load.DeviceChoice;
import org.unmask.bench.load.LoadedModel;
import org.unmask.model.Query;
import org.unmask.model.pack.Packing;
import org.unmask.model.transformer.TransformerConfig;
import org.unmask.runtime.nn.WeightFormat;

/**
 * The first steps after loading, one by one: what warming up at load is worth. Each fork is a fresh
 * JVM; iteration 1 is the first step, the last ones are warm.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(5)
@Warmup(iterations = 0)
@Measurement(iterations = 60)
public class FirstStepsBench {

  /** A checkpoint's folder, or "random" for 8 layers of 1024 columns in bfloat16. */
  @Param({"../weights/unmask-llada-6m", "random"})
  public String model;

  /** Rows of the sequence; the last 32 are predicted. */
  @Param("128")
  public int rows;

  /** Threads of the forward pass. */
  @Param("2")
  public int threads;

  /** How long loading took, warming up included. */
  @AuxCounters(AuxCounters.Type.EVENTS)
  @State(Scope.Thread)
  public static class Load {

    /** Milliseconds. */
    public double loadMillis;
  }

  private LoadedModel loaded;
  private double loadMillis;
  private List<Query> queries;

  /** Loads the model, which warms it up. */
  @Setup
  public void load() throws Exception {
    boolean isRandom = model.equals("random");
    Path folder = isRandom ? Files.createTempDirectory("unmask-bench") : Path.of(model);
    if (isRandom) {
      Files.delete(folder);
      new RandomLlada(8, 1024, 3072, 32_000).write(folder, line -> {});
      Files.copy(
          Path.of("../weights/unmask-llada-6m/tokenizer.json"), folder.resolve("tokenizer.json"));
      Files.copy(
          Path.of("../weights/unmask-llada-6m/tokenizer_config.json"),
          folder.resolve("tokenizer_config.json"));
    }
    Optional<WeightFormat> format = isRandom ? Optional.of(WeightFormat.BF16) : Optional.empty();
    Companions none = new Companions(folder, Path::of, other -> LoadedModel.open(other, 1, "auto"));
    long begin = System.nanoTime();
    loaded =
        LoadedModel.open(
            folder, format, threads, "auto", Packing.inMemory(), DeviceChoice.cpu(), none);
    loadMillis = (System.nanoTime() - begin) / 1e6;
    if (isRandom) {
      Files.delete(folder.resolve("tokenizer.json"));
      Files.delete(folder.resolve("tokenizer_config.json"));
      RandomLlada.delete(folder); // stays mapped
    }
    TransformerConfig config = loaded.config();
    int[] ids = new SplittableRandom(1).ints(rows, 0, config.vocabSize() - 128).toArray();
    int predicted = Math.min(32, rows);
    queries =
        List.of(
            new Query()
                .rows(ids, 0, rows)
                .predict(IntStream.range(rows - predicted, rows).toArray(), predicted));
  }

  /** One forward call. */
  @Benchmark
  public int step(Load load) {
    load.loadMillis = loadMillis;
    loaded.denoiser().forward(queries);
    return queries.getFirst().predictions().count();
  }

  /** Ends the threads. */
  @TearDown
  public void close() {
    loaded.close();
  }
}

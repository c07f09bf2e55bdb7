package org.unmask.bench.kernels;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.unmask.bench.large.RandomLlada;
import org.unmask.model.Denoiser;
import org.unmask.model.KvCache;
import org.unmask.model.Query;
import org.unmask.model.transformer.StepProfile;
import org.unmask.model.transformer.Transformer;
import org.unmask.model.transformer.TransformerConfig;
import org.unmask.runtime.exec.WorkerPool;
import org.unmask.runtime.kernel.Kernels;
import org.unmask.weights.Checkpoint;
import org.unmask.weights.JsonFiles;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Whole forward calls: of the shipped model, and of a random one of 8 layers. */
final class StepCases {

  private final Kernels kernels;
  private final WorkerPool pool;
  private final @Nullable StepProfile profile;
  private final SplittableRandom random = new SplittableRandom(1);

  /**
   * Makes cases.
   *
   * @param profile receives where their time goes, or null
   */
  StepCases(Kernels kernels, WorkerPool pool, @Nullable StepProfile profile) {
    this.kernels = kernels;
    this.pool = pool;
    this.profile = profile;
  }

  /**
   * A forward call to time.
   *
   * @param work its operations
   * @param body one call
   */
  record Step(String name, StepWork work, Runnable body) {

    KernelCase asCase() {
      return new KernelCase(name, 1e-9 * work.flops(), KernelCase.Limit.FMA, body);
    }
  }

  /** Returns the steps, made only when asked for. */
  List<Supplier<Step>> all(Path shipped) {
    List<Supplier<Step>> steps = new ArrayList<>();
    String name = shipped.getFileName().toString();
    for (int[] shape : new int[][] {{128, 1}, {256, 1}, {180, 16}}) {
      steps.add(() -> step(load(shipped), name, shape[0], shape[1], 32));
    }
    steps.add(() -> blockStep(load(shipped), name, 32, 256));
    String large = "8 layers of 1024";
    steps.add(() -> step(random(), large, 256, 1, 256));
    steps.add(() -> blockStep(random(), large, 32, 256));
    return steps;
  }

  /** One forward call over whole sequences, predictions for the last rows of each. */
  private Step step(Loaded loaded, String name, int rows, int batch, int predicted) {
    int[] last = IntStream.range(rows - predicted, rows).toArray();
    List<Query> queries = new ArrayList<>();
    for (int b = 0; b < batch; b++) {
      queries.add(new Query().rows(ids(loaded, rows), 0, rows).predict(last, predicted));
    }
    return new Step(
        "step of " + name + ", " + batch + " x " + rows + " rows",
        new StepWork(loaded.config, batch, rows, rows, predicted),
        () -> loaded.denoiser.forward(queries));
  }

  /** One forward call over a block against cached rows. */
  private Step blockStep(Loaded loaded, String name, int block, int keys) {
    int[] ids = ids(loaded, keys);
    KvCache cache = loaded.denoiser.newCache(keys);
    loaded.denoiser.forward(List.of(new Query(cache).rows(ids, 0, keys)));
    int[] predicted = IntStream.range(0, block).toArray();
    Query query = new Query(cache).rows(ids, keys - block, keys).predict(predicted, block);
    return new Step(
        "step of " + name + ", block of " + block + " against " + keys + " keys",
        new StepWork(loaded.config, 1, block, keys, block),
        () -> loaded.denoiser.forward(List.of(query)));
  }

  private int[] ids(Loaded loaded, int rows) {
    return random.ints(rows, 0, loaded.config.vocabSize() - 16).toArray();
  }

  private record Loaded(TransformerConfig config, Denoiser denoiser) {}

  private Loaded load(Path model) {
    try {
      Checkpoint checkpoint = Checkpoint.open(model); // stays open: the case outlives this method
      Transformer transformer = Transformer.load(checkpoint, pool);
      return new Loaded(transformer.config(), denoiser(transformer));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Denoiser denoiser(Transformer transformer) {
    return profile == null
        ? transformer.newDenoiser(kernels, pool)
        : transformer.newDenoiser(kernels, pool, profile);
  }

  /** 16 heads of 64, SwiGLU of 3072, bfloat16; the head is small, so that the layers count. */
  private Loaded random() {
    try {
      Path folder = Files.createTempDirectory("unmask-kernels");
      try {
        new RandomLlada(8, 1024, 3072, 1024).write(folder, _ -> {});
        Path file = folder.resolve("config.json");
        ObjectNode config = (ObjectNode) JsonFiles.readObject(file);
        Files.write(file, JsonMapper.shared().writeValueAsBytes(config.put("n_heads", 16)));
        return load(folder);
      } finally {
        RandomLlada.delete(folder); // what is mapped stays readable
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

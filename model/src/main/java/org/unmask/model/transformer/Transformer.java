package org.unmask.model.transformer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.unmask.model.Denoiser;
import org.unmask.runtime.exec.WorkerPool;
import org.unmask.runtime.kernel.Kernels;
import org.unmask.runtime.nn.RotaryTable;
import org.unmask.runtime.nn.WeightFormat;
import org.unmask.weights.Checkpoint;
import org.unmask.weights.JsonFiles;

/**
 * A loaded model: configuration and packed weights. Immutable and safe to share; {@linkplain
 * #newDenoiser denoisers} do the work.
 *
 * <p>Reads embeddings from the mapped checkpoint, so the checkpoint must stay open while the model
 * is used.
 */
public final class Transformer {

  private final TransformerConfig config;
  private final TransformerWeights weights;
  private final RotaryTable rotary;

  private Transformer(TransformerConfig config, TransformerWeights weights) {
    this.config = config;
    this.weights = weights;
    rotary = new RotaryTable(config.rotaryFrequencies());
  }

  /**
   * Loads a model.
   *
   * @param checkpoint an open checkpoint folder
   * @param pool packs weights in parallel
   * @throws IOException if the family is unknown, the configuration has values that are not
   *     implemented, or a tensor is missing, unknown or of the wrong shape
   */
  public static Transformer load(Checkpoint checkpoint, WorkerPool pool) throws IOException {
    TransformerConfig config = config(checkpoint);
    return load(checkpoint, TransformerWeights.exactFormat(checkpoint, config), pool);
  }

  /**
   * Loads a model with weights in a given format, quantised if need be.
   *
   * @param format how packed weights are held; {@link WeightFormat#INT8} and {@link
   *     WeightFormat#INT4} round them
   * @throws IOException as for {@link #load(Checkpoint, WorkerPool)}
   */
  public static Transformer load(Checkpoint checkpoint, WeightFormat format, WorkerPool pool)
      throws IOException {
    ConfigReader reader = reader(checkpoint);
    TransformerConfig config = config(checkpoint, reader);
    TensorNames names = Families.of(reader).names();
    return new Transformer(
        config, TransformerWeights.load(checkpoint, config, names, format, pool));
  }

  /**
   * Reads the configuration alone.
   *
   * @throws IOException as for {@link #load}, tensors aside
   */
  public static TransformerConfig config(Checkpoint checkpoint) throws IOException {
    return config(checkpoint, reader(checkpoint));
  }

  /**
   * Checks that a model would load, without packing its weights.
   *
   * @throws IOException as for {@link #load}
   */
  public static void check(Checkpoint checkpoint) throws IOException {
    ConfigReader reader = reader(checkpoint);
    TransformerWeights.check(checkpoint, config(checkpoint, reader), Families.of(reader).names());
  }

  private static TransformerConfig config(Checkpoint checkpoint, ConfigReader reader)
      throws IOException {
    return new FamilyConfig(
            Families.of(reader),
            reader,
            checkpoint.generationConfig(),
            () -> MaskToken.idIn(checkpoint.folder()))
        .read();
  }

  private static ConfigReader reader(Checkpoint checkpoint) throws IOException {
    Path sideCar = checkpoint.folder().resolve("unmask.json");
    return new ConfigReader(
        checkpoint.config(), Files.exists(sideCar) ? JsonFiles.readObject(sideCar) : null);
  }

  /** Returns the configuration. */
  public TransformerConfig config() {
    return config;
  }

  /** Returns the memory of the packed weights, in bytes. */
  public long packedBytes() {
    long sum = weights.head().sizeBytes();
    for (TransformerWeights.Layer layer : weights.layers()) {
      sum += layer.sizeBytes();
    }
    return sum;
  }

  /**
   * Makes a denoiser with working memory of its own.
   *
   * @param kernels which kernels to run; all give the same bits
   * @param pool threads; may be shared by denoisers used one after the other
   */
  public Denoiser newDenoiser(Kernels kernels, WorkerPool pool) {
    return newDenoiser(kernels, pool, LayerSchedule.suitsRows(weights));
  }

  /** Makes a denoiser with a forced schedule. */
  Denoiser newDenoiser(Kernels kernels, WorkerPool pool, boolean isByRows) {
    return new TransformerDenoiser(config, weights, rotary, kernels, pool, isByRows);
  }
}

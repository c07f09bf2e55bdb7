package org.unmask.model.transformer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.unmask.model.Denoiser;
import org.unmask.model.DraftHeads;
import org.unmask.model.pack.Packing;
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
   * Loads a model with its weights as they are stored, packed in memory.
   *
   * @param checkpoint an open checkpoint folder
   * @param pool packs weights in parallel
   * @throws IOException if the family is unknown, the configuration has values that are not
   *     implemented, or a tensor is missing, unknown or of the wrong shape
   */
  public static Transformer load(Checkpoint checkpoint, WorkerPool pool) throws IOException {
    return load(checkpoint, Optional.empty(), pool, Packing.inMemory());
  }

  /**
   * Loads a model with weights in a given format, packed in memory.
   *
   * @param format how packed weights are held; {@link WeightFormat#INT8} and {@link
   *     WeightFormat#INT4} round them
   * @throws IOException as for {@link #load(Checkpoint, WorkerPool)}
   */
  public static Transformer load(Checkpoint checkpoint, WeightFormat format, WorkerPool pool)
      throws IOException {
    return load(checkpoint, Optional.of(format), pool, Packing.inMemory());
  }

  /**
   * Loads a model.
   *
   * @param format how packed weights are held; absent for as they are stored
   * @param packing whether packed weights are kept in a file, and who hears of progress
   * @throws IOException as for {@link #load(Checkpoint, WorkerPool)}
   */
  public static Transformer load(
      Checkpoint checkpoint, Optional<WeightFormat> format, WorkerPool pool, Packing packing)
      throws IOException {
    ConfigReader reader = reader(checkpoint);
    TransformerConfig config = config(checkpoint, reader);
    TensorNames names = Families.of(reader).names();
    WeightFormat held = format.orElseGet(() -> TransformerWeights.exactFormat(checkpoint, config));
    return new Transformer(
        config, TransformerWeights.load(checkpoint, config, names, held, pool, packing));
  }

  /**
   * Tells how weights are held that are to be as they are stored: in the smallest format that keeps
   * them exactly, float32 for small models.
   *
   * @throws IOException if the configuration is not that of a known family
   */
  public static WeightFormat exactFormat(Checkpoint checkpoint) throws IOException {
    return TransformerWeights.exactFormat(checkpoint, config(checkpoint));
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
    TransformerWeights.plan(
        checkpoint, config(checkpoint, reader), Families.of(reader).names(), WeightFormat.F32);
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

  static ConfigReader reader(Checkpoint checkpoint) throws IOException {
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

  /**
   * Makes a denoiser that counts where its time goes, at the price of some microseconds a layer.
   *
   * @param kernels which kernels to run
   * @param pool threads
   * @param profile receives the time of each part
   */
  public Denoiser newDenoiser(Kernels kernels, WorkerPool pool, StepProfile profile) {
    boolean isByRows = LayerSchedule.suitsRows(weights);
    return new TransformerDenoiser(config, weights, rotary, kernels, pool, isByRows, profile);
  }

  /**
   * Makes draft heads over this model, the frozen backbone they were trained for.
   *
   * @param heads an open checkpoint of {@code model_type} unmask_chimera
   * @param kernels which kernels to run; all give the same bits
   * @param pool threads
   * @throws IOException if it is of another kind, names another backbone's shape or lacks a tensor
   */
  public DraftHeads newDraftHeads(Checkpoint heads, Kernels kernels, WorkerPool pool)
      throws IOException {
    return ChimeraHeads.load(heads, config, weights, rotary, kernels, pool);
  }

  /** Tells whether a checkpoint holds draft heads and no model of its own. */
  public static boolean areDraftHeads(Checkpoint checkpoint) {
    return checkpoint.config().path("model_type").asString("").equals(ChimeraHeads.TYPE);
  }

  /** Makes a denoiser with a forced schedule. */
  Denoiser newDenoiser(Kernels kernels, WorkerPool pool, boolean isByRows) {
    return new TransformerDenoiser(config, weights, rotary, kernels, pool, isByRows, null);
  }
}

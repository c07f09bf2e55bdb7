package org.unmask.bench.load;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.unmask.model.Query;
import org.unmask.model.transformer.Transformer;
import org.unmask.model.transformer.TransformerConfig;
import org.unmask.runtime.exec.WorkerPool;
import org.unmask.runtime.kernel.Kernels;
import org.unmask.runtime.nn.PackedMatrix;
import org.unmask.runtime.nn.RowBlocks;
import org.unmask.runtime.nn.WeightFormat;
import org.unmask.weights.Checkpoint;
import org.unmask.weights.safetensors.Tensor;

/**
 * What rounding the weights of a model costs.
 *
 * @param format the weights' format
 * @param matrices relative error of each matrix, worst first
 * @param logitError root of the squared logit error over that of the logits, on the fixed canvas
 * @param worstLogit largest error of a logit
 * @param flips rows of the canvas whose arg-max changes
 * @param rows rows of the canvas
 */
public record QuantError(
    WeightFormat format,
    List<Matrix> matrices,
    double logitError,
    double worstLogit,
    int flips,
    int rows) {

  private static final int ROWS = 64;
  private static final int PROBES = 8;
  private static final long SEED = 20261122;

  /**
   * One matrix.
   *
   * @param name tensor
   * @param error |(W - Q) x| / |W x| over 8 normal vectors x: estimates |W - Q| / |W|
   */
  public record Matrix(String name, double error) {}

  /**
   * Measures one format against the weights as stored, on a canvas of 64 drawn tokens of which the
   * second half is masked if the model has a mask.
   *
   * @throws IOException if the model cannot be loaded
   */
  public static QuantError measure(Checkpoint checkpoint, WeightFormat format, WorkerPool pool)
      throws IOException {
    Kernels kernels = Kernels.fastest();
    Transformer exact = Transformer.load(checkpoint, pool);
    float[] expected = logits(exact, kernels, pool);
    float[] actual = logits(Transformer.load(checkpoint, format, pool), kernels, pool);
    int vocabulary = exact.config().vocabSize();
    double difference = 0;
    double size = 0;
    double worst = 0;
    for (int i = 0; i < expected.length; i++) {
      double d = actual[i] - expected[i];
      difference += d * d;
      size += (double) expected[i] * expected[i];
      worst = Math.max(worst, Math.abs(d));
    }
    int flips = 0;
    for (int row = 0; row < ROWS; row++) {
      int at = row * vocabulary;
      flips += argMax(expected, at, vocabulary) == argMax(actual, at, vocabulary) ? 0 : 1;
    }
    List<Matrix> matrices = new ArrayList<>();
    for (Tensor tensor : checkpoint.tensors().values()) {
      if (isQuantised(tensor, exact.config())) {
        matrices.add(new Matrix(tensor.name(), error(tensor, format, kernels, pool)));
      }
    }
    matrices.sort((a, b) -> Double.compare(b.error(), a.error()));
    return new QuantError(
        format, List.copyOf(matrices), Math.sqrt(difference / size), worst, flips, ROWS);
  }

  /** Tells whether a tensor is packed: embeddings are read as stored, routers kept in float32. */
  private static boolean isQuantised(Tensor tensor, TransformerConfig config) {
    boolean isEmbedding = tensor.name().matches(".*(wte|embed_tokens|word_embeddings)\\.weight");
    boolean isRouter = tensor.name().endsWith(".mlp.gate.weight");
    return tensor.shape().length == 2 && !isRouter && (!isEmbedding || config.isTied());
  }

  private static float[] logits(Transformer model, Kernels kernels, WorkerPool pool) {
    TransformerConfig config = model.config();
    int[] ids = new SplittableRandom(SEED).ints(ROWS, 0, config.vocabSize()).toArray();
    if (config.maskId() >= 0) {
      Arrays.fill(ids, ROWS / 2, ROWS, config.maskId());
    }
    Query query =
        new Query()
            .rows(ids, 0, ROWS)
            .predict(IntStream.range(0, ROWS).toArray(), ROWS)
            .unshifted(true)
            .wantLogits(true);
    model.newDenoiser(kernels, pool).forward(List.of(query));
    return Arrays.copyOf(query.predictions().logits(), ROWS * config.vocabSize());
  }

  private static int argMax(float[] logits, int at, int count) {
    int best = 0;
    for (int i = 1; i < count; i++) {
      best = logits[at + i] > logits[at + best] ? i : best;
    }
    return best;
  }

  private static double error(
      Tensor tensor, WeightFormat format, Kernels kernels, WorkerPool pool) {
    int outputs = (int) tensor.shape()[0];
    int inputs = (int) tensor.shape()[1];
    RowBlocks probes = new RowBlocks(PROBES, inputs);
    SplittableRandom random = new SplittableRandom(SEED);
    float[] probe = new float[inputs];
    for (int r = 0; r < PROBES; r++) {
      for (int i = 0; i < inputs; i++) {
        probe[i] = (float) random.nextGaussian();
      }
      probes.set(r, probe, 0);
    }
    float[] exact = product(tensor, WeightFormat.F32, probes, outputs, kernels, pool);
    float[] rounded = product(tensor, format, probes, outputs, kernels, pool);
    double difference = 0;
    double size = 0;
    for (int i = 0; i < exact.length; i++) {
      difference += Math.pow(exact[i] - rounded[i], 2);
      size += Math.pow(exact[i], 2);
    }
    return size == 0 ? 0 : Math.sqrt(difference / size);
  }

  private static float[] product(
      Tensor tensor,
      WeightFormat format,
      RowBlocks probes,
      int outputs,
      Kernels kernels,
      WorkerPool pool) {
    int inputs = probes.columns();
    try (Arena arena = Arena.ofShared()) {
      PackedMatrix matrix =
          PackedMatrix.pack(
              format,
              outputs,
              inputs,
              (row, out) -> tensor.toFloats((long) row * inputs, out, 0, inputs),
              pool,
              arena);
      int width = matrix.panels() * PackedMatrix.PANEL;
      float[] y = new float[PROBES * width];
      PackedMatrix.Scratch scratch = new PackedMatrix.Scratch();
      matrix.multiply(kernels, probes, PROBES, y, 0, width, false, 0, matrix.panels(), scratch);
      return y;
    }
  }
}

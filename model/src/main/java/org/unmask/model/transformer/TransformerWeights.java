package org.unmask.model.transformer;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.unmask.model.pack.MatrixPlan;
import org.unmask.model.pack.Packing;
import org.unmask.runtime.exec.WorkerPool;
import org.unmask.runtime.nn.PackedLayout;
import org.unmask.runtime.nn.PackedMatrix;
import org.unmask.runtime.nn.WeightFormat;
import org.unmask.weights.Checkpoint;
import org.unmask.weights.CheckpointException;
import org.unmask.weights.safetensors.Dtype;
import org.unmask.weights.safetensors.Tensor;

/**
 * Weights ready for products: projections that share an input are fused into one matrix.
 *
 * @param embedding (vocabSize, hiddenSize), read row by row from the mapped file
 */
record TransformerWeights(
    Tensor embedding, List<Layer> layers, float[] finalNorm, PackedMatrix head) {

  /**
   * One layer.
   *
   * @param qkv outputs [queries | keys | values]
   * @param qkvBias padded to whole panels, or null
   */
  record Layer(
      float[] attentionNorm,
      PackedMatrix qkv,
      float @Nullable [] qkvBias,
      float @Nullable [] qNorm,
      float @Nullable [] kNorm,
      PackedMatrix output,
      float[] mlpNorm,
      Mlp mlp) {

    /** Returns the memory of the packed matrices, in bytes. */
    long sizeBytes() {
      return qkv.sizeBytes() + output.sizeBytes() + mlp.sizeBytes();
    }
  }

  /** Up to here layers stay in cache, where float32 panels multiply a little faster. */
  private static final long MAX_F32_PARAMETERS = 32_000_000;

  /**
   * Returns the smallest format that keeps the stored weights exactly, float32 for small models.
   */
  static WeightFormat exactFormat(Checkpoint checkpoint, TransformerConfig c) {
    if (c.parameters() <= MAX_F32_PARAMETERS) {
      return WeightFormat.F32;
    }
    Set<Dtype> dtypes =
        checkpoint.tensors().values().stream()
            .filter(
                tensor -> tensor.shape().length == 2 && !tensor.name().endsWith(".mlp.gate.weight"))
            .map(Tensor::dtype)
            .collect(Collectors.toSet());
    if (dtypes.equals(Set.of(Dtype.BF16))) {
      return WeightFormat.BF16;
    }
    return dtypes.equals(Set.of(Dtype.F16)) ? WeightFormat.F16 : WeightFormat.F32;
  }

  static TransformerWeights load(
      Checkpoint checkpoint,
      TransformerConfig c,
      TensorNames names,
      WeightFormat format,
      WorkerPool pool,
      Packing packing)
      throws IOException {
    List<MatrixPlan> plans = plan(checkpoint, c, names, format);
    Iterator<PackedMatrix> packed = packing.pack(checkpoint, format.name(), plans, pool).iterator();
    return new Loader(checkpoint, c, names, format, plan -> packed.next()).load();
  }

  /** Loads layers and final norm of a network that shares embedding and head with another. */
  static TransformerWeights loadUpon(
      Checkpoint checkpoint,
      TransformerConfig c,
      TensorNames names,
      TransformerWeights shared,
      WorkerPool pool)
      throws IOException {
    List<MatrixPlan> plans = new ArrayList<>();
    new Loader(checkpoint, c, names, WeightFormat.F32, noting(plans)).layers();
    Iterator<PackedMatrix> packed =
        Packing.inMemory().pack(checkpoint, WeightFormat.F32.name(), plans, pool).iterator();
    Loader loader = new Loader(checkpoint, c, names, WeightFormat.F32, plan -> packed.next());
    List<Layer> layers = loader.layers();
    return new TransformerWeights(shared.embedding, layers, loader.finalNorm(), shared.head);
  }

  /** Looks at every tensor as loading does, and lists what it would pack, in order. */
  static List<MatrixPlan> plan(
      Checkpoint checkpoint, TransformerConfig c, TensorNames names, WeightFormat format)
      throws IOException {
    List<MatrixPlan> plans = new ArrayList<>();
    new Loader(checkpoint, c, names, format, noting(plans)).load();
    return plans;
  }

  /** Returns a packer that notes what it would pack. */
  private static Function<MatrixPlan, PackedMatrix> noting(List<MatrixPlan> plans) {
    PackedMatrix placeholder =
        PackedMatrix.of(
            new PackedLayout(WeightFormat.F32, 1, 1),
            MemorySegment.ofArray(new float[PackedMatrix.PANEL]),
            new float[0]);
    return plan -> {
      plans.add(plan);
      return placeholder;
    };
  }

  /** Collects tensors, checks shapes and notes which were used. */
  private static final class Loader {

    private final Checkpoint checkpoint;
    private final TransformerConfig c;
    private final TensorNames names;
    private final WeightFormat format;
    private final Function<MatrixPlan, PackedMatrix> packer; // asked in the same order every time
    private final Set<String> used = new HashSet<>();

    Loader(
        Checkpoint checkpoint,
        TransformerConfig c,
        TensorNames names,
        WeightFormat format,
        Function<MatrixPlan, PackedMatrix> packer) {
      this.checkpoint = checkpoint;
      this.c = c;
      this.names = names;
      this.format = format;
      this.packer = packer;
    }

    TransformerWeights load() throws IOException {
      Tensor embedding = matrix(names.embedding(), 0, c.vocabSize(), c.hiddenSize());
      List<Layer> layers = layers();
      float[] finalNorm = finalNorm();
      Tensor head = c.isTied() ? embedding : matrix(names.head(), 0, c.vocabSize(), c.hiddenSize());
      refuseUnknownTensors();
      return new TransformerWeights(embedding, layers, finalNorm, pack(head));
    }

    float[] finalNorm() throws IOException {
      return vector(names.finalNorm() + ".weight", 0, c.hiddenSize());
    }

    List<Layer> layers() throws IOException {
      int queries = c.numHeads() * c.headDim();
      int keys = c.numKvHeads() * c.headDim();
      List<Layer> layers = new ArrayList<>();
      for (int i = 0; i < c.numLayers(); i++) {
        layers.add(
            new Layer(
                vector(names.attentionNorm() + ".weight", i, c.hiddenSize()),
                qkv(i, queries, keys),
                c.hasQkvBias() ? bias(i, queries, keys) : null,
                c.hasQkNorm() ? vector(names.qNorm() + ".weight", i, c.headDim()) : null,
                c.hasQkNorm() ? vector(names.kNorm() + ".weight", i, c.headDim()) : null,
                pack(matrix(names.output(), i, c.hiddenSize(), queries)),
                vector(names.mlpNorm() + ".weight", i, c.hiddenSize()),
                mlp(i)));
      }
      return layers;
    }

    private PackedMatrix qkv(int layer, int queries, int keys) throws IOException {
      int d = c.hiddenSize();
      return names.k().isEmpty()
          ? pack(matrix(names.q(), layer, queries + 2 * keys, d))
          : pack(
              matrix(names.q(), layer, queries, d),
              matrix(names.k(), layer, keys, d),
              matrix(names.v(), layer, keys, d));
    }

    private Mlp mlp(int layer) throws IOException {
      Experts e = c.experts();
      if (e == null || !e.isSparse(layer)) {
        return dense(UnaryOperator.identity(), layer, c.intermediateSize());
      }
      List<Mlp.Dense> experts = new ArrayList<>();
      for (int i = 0; i < e.count(); i++) {
        int expert = i;
        experts.add(dense(name -> TensorNames.ofExpert(name, expert), layer, e.intermediateSize()));
      }
      boolean needsBias = e.router() == Experts.Router.SIGMOID;
      boolean hasBias =
          checkpoint.find(TensorNames.of(names.expertBias(), layer)).isPresent() || needsBias;
      return new Mlp.Sparse(
          pack(WeightFormat.F32, matrix(names.router(), layer, e.count(), c.hiddenSize())),
          hasBias ? vector(names.expertBias(), layer, e.count()) : null,
          experts,
          e.sharedSize() > 0 ? dense(TensorNames::ofShared, layer, e.sharedSize()) : null);
    }

    private Mlp.Dense dense(UnaryOperator<String> owner, int layer, int width) throws IOException {
      int d = c.hiddenSize();
      return new Mlp.Dense(
          pack(
              matrix(owner.apply(names.gate()), layer, width, d),
              matrix(owner.apply(names.up()), layer, width, d)),
          pack(matrix(owner.apply(names.down()), layer, d, width)));
    }

    private float[] bias(int layer, int queries, int keys) throws IOException {
      float[] bias = new float[Chunk.padded(queries + 2 * keys)];
      int at = 0;
      for (String part : List.of(names.q(), names.k(), names.v())) {
        int size = part.equals(names.q()) ? queries : keys;
        float[] values = vector(part + ".bias", layer, size);
        System.arraycopy(values, 0, bias, at, size);
        at += size;
      }
      return bias;
    }

    private Tensor matrix(String pattern, int layer, int outputs, int inputs) throws IOException {
      return tensor(pattern + ".weight", layer, outputs, inputs);
    }

    private float[] vector(String pattern, int layer, int size) throws IOException {
      return tensor(pattern, layer, size).toFloats();
    }

    private Tensor tensor(String pattern, int layer, long... shape) throws IOException {
      String name = TensorNames.of(pattern, layer);
      Tensor tensor = checkpoint.tensor(name);
      used.add(name);
      if (!tensor.hasShape(shape)) {
        throw new CheckpointException(
            "tensor '"
                + name
                + "' has shape "
                + Arrays.toString(tensor.shape())
                + " but config.json asks for "
                + Arrays.toString(shape));
      }
      if (!tensor.dtype().convertsToFloat()) {
        throw new CheckpointException(
            "tensor '"
                + name
                + "' has dtype "
                + tensor.dtype()
                + "; weights must be F32, F16 or BF16");
      }
      return tensor;
    }

    private PackedMatrix pack(Tensor... parts) {
      return pack(format, parts);
    }

    private PackedMatrix pack(WeightFormat format, Tensor... parts) {
      int inputs = (int) parts[0].shape()[1];
      int outputs = 0;
      for (Tensor part : parts) {
        outputs += (int) part.shape()[0];
      }
      return packer.apply(
          new MatrixPlan(
              Arrays.stream(parts).map(Tensor::name).collect(Collectors.joining("+")),
              new PackedLayout(format, outputs, inputs),
              (row, out) -> {
                int within = row;
                int p = 0;
                while (within >= parts[p].shape()[0]) {
                  within -= (int) parts[p++].shape()[0];
                }
                parts[p].toFloats((long) within * inputs, out, 0, inputs);
              }));
    }

    private void refuseUnknownTensors() throws CheckpointException {
      for (String name : checkpoint.tensors().keySet()) {
        boolean derived = name.endsWith("rotary_emb.inv_freq");
        boolean tiedHead = c.isTied() && name.equals(names.head() + ".weight");
        if (!used.contains(name) && !derived && !tiedHead) {
          throw new CheckpointException(
              "tensor '"
                  + name
                  + "' does not belong to a "
                  + c.family()
                  + " model of "
                  + c.numLayers()
                  + " layers; check model_type and the number of layers in config.json");
        }
      }
    }
  }
}

package org.unmask.gpu;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.unmask.model.transformer.StoredWeights;
import org.unmask.model.transformer.TransformerConfig;
import org.unmask.weights.safetensors.Tensor;

/**
 * All weights of a model on a device.
 *
 * @param head the embedding in tied models
 */
public record DeviceWeights(
    Buffer embedding, List<LayerWeights> layers, Buffer finalNorm, Buffer head) {

  private static final long SEED = 8_015_581_184L;

  /** Copies a checkpoint's weights. */
  static DeviceWeights upload(Ops ops, StoredWeights stored) {
    List<LayerWeights> layers = new ArrayList<>();
    for (StoredWeights.Layer layer : stored.layers()) {
      List<Tensor> bias = layer.qkvBias();
      layers.add(
          new LayerWeights(
              vector(ops, List.of(layer.attentionNorm())),
              matrix(ops, layer.qkv()),
              bias.isEmpty() ? null : vector(ops, bias),
              layer.qNorm().isPresent() ? vector(ops, List.of(layer.qNorm().get())) : null,
              layer.kNorm().isPresent() ? vector(ops, List.of(layer.kNorm().get())) : null,
              matrix(ops, List.of(layer.output())),
              vector(ops, List.of(layer.mlpNorm())),
              matrix(ops, layer.gateUp()),
              matrix(ops, List.of(layer.down()))));
    }
    Buffer embedding = matrix(ops, List.of(stored.embedding()));
    return new DeviceWeights(
        embedding,
        layers,
        vector(ops, List.of(stored.finalNorm())),
        stored.config().isTied() ? embedding : matrix(ops, List.of(stored.head())));
  }

  /** Draws weights on the device, no two layers alike, of a size that keeps activations tame. */
  static DeviceWeights random(Ops ops, TransformerConfig c) {
    Source random = new Source(ops, SEED);
    int heads = c.numHeads() * c.headDim();
    int keys = c.numKvHeads() * c.headDim();
    int d = c.hiddenSize();
    List<LayerWeights> layers = new ArrayList<>();
    for (int l = 0; l < c.numLayers(); l++) {
      layers.add(
          new LayerWeights(
              random.ones(d),
              random.matrix(heads + 2L * keys, d),
              c.hasQkvBias() ? random.ones(heads + 2 * keys) : null,
              c.hasQkNorm() ? random.ones(c.headDim()) : null,
              c.hasQkNorm() ? random.ones(c.headDim()) : null,
              random.matrix(d, heads),
              random.ones(d),
              random.matrix(2L * c.intermediateSize(), d),
              random.matrix(d, c.intermediateSize())));
    }
    Buffer embedding = random.matrix(c.vocabSize(), d);
    Buffer head = c.isTied() ? embedding : random.matrix(c.vocabSize(), d);
    return new DeviceWeights(embedding, layers, random.ones(d), head);
  }

  private static Buffer matrix(Ops ops, List<Tensor> parts) {
    return copy(ops, Buffer.Kind.STORE, parts);
  }

  private static Buffer vector(Ops ops, List<Tensor> parts) {
    return copy(ops, Buffer.Kind.FLOAT, parts);
  }

  private static Buffer copy(Ops ops, Buffer.Kind kind, List<Tensor> parts) {
    long elements = parts.stream().mapToLong(Tensor::elements).sum();
    Buffer buffer = ops.allocate(kind, elements, "weights");
    long at = 0;
    for (Tensor part : parts) {
      ops.upload(buffer, at, part);
      at += part.elements();
    }
    return buffer;
  }

  private static final class Source {

    private final Ops ops;
    private long seed;

    Source(Ops ops, long seed) {
      this.ops = ops;
      this.seed = seed;
    }

    Buffer matrix(long outputs, long inputs) {
      Buffer buffer = ops.allocate(Buffer.Kind.STORE, outputs * inputs, "weights");
      float bound = (float) Math.sqrt(3.0 / inputs); // variance 1 / inputs
      ops.fillRandom(buffer, 0, outputs * inputs, seed++ * 0x9E3779B97F4A7C15L, bound);
      return buffer;
    }

    Buffer ones(int size) {
      float[] ones = new float[size];
      Arrays.fill(ones, 1f);
      Buffer buffer = ops.allocate(Buffer.Kind.FLOAT, size, "weights");
      ops.upload(buffer, ones);
      return buffer;
    }
  }
}

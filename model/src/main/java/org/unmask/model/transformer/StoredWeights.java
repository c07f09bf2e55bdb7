package org.unmask.model.transformer;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.unmask.weights.Checkpoint;
import org.unmask.weights.CheckpointException;
import org.unmask.weights.safetensors.Tensor;

/**
 * The tensors of a checkpoint by what they are for, as stored: what a device needs to load a model.
 *
 * @param embedding (vocabSize, hiddenSize)
 * @param finalNorm (hiddenSize)
 * @param head (vocabSize, hiddenSize); the embedding in tied checkpoints
 */
public record StoredWeights(
    TransformerConfig config, Tensor embedding, List<Layer> layers, Tensor finalNorm, Tensor head) {

  /**
   * One layer. Lists are matrices or vectors whose rows follow each other.
   *
   * @param qkv queries, keys and values, in one or three parts
   * @param qkvBias empty if there is none
   * @param qNorm empty if there is none
   * @param gateUp gate and up projections
   */
  public record Layer(
      Tensor attentionNorm,
      List<Tensor> qkv,
      List<Tensor> qkvBias,
      Optional<Tensor> qNorm,
      Optional<Tensor> kNorm,
      Tensor output,
      Tensor mlpNorm,
      List<Tensor> gateUp,
      Tensor down) {}

  /**
   * Finds the tensors of a dense model and checks them as loading on the CPU does.
   *
   * @throws IOException if a tensor is missing, unknown or of the wrong shape, or the model has
   *     experts
   */
  public static StoredWeights of(Checkpoint checkpoint) throws IOException {
    TransformerConfig c = Transformer.config(checkpoint);
    if (c.experts() != null) {
      throw new CheckpointException(
          c.family() + " models with experts run on the CPU only; use --device cpu");
    }
    Transformer.check(checkpoint);
    return new Finder(checkpoint, Families.of(Transformer.reader(checkpoint)).names()).find(c);
  }

  private record Finder(Checkpoint checkpoint, TensorNames names) {

    StoredWeights find(TransformerConfig c) throws IOException {
      Tensor embedding = weight(names.embedding(), 0);
      List<Layer> layers = new ArrayList<>();
      for (int i = 0; i < c.numLayers(); i++) {
        layers.add(layer(c, i));
      }
      Tensor head = c.isTied() ? embedding : weight(names.head(), 0);
      return new StoredWeights(c, embedding, layers, weight(names.finalNorm(), 0), head);
    }

    private Layer layer(TransformerConfig c, int i) throws IOException {
      List<String> parts =
          Stream.of(names.q(), names.k(), names.v()).filter(name -> !name.isEmpty()).toList();
      List<Tensor> qkv = new ArrayList<>();
      List<Tensor> bias = new ArrayList<>();
      for (String part : parts) {
        qkv.add(weight(part, i));
        if (c.hasQkvBias()) {
          bias.add(tensor(part + ".bias", i));
        }
      }
      return new Layer(
          weight(names.attentionNorm(), i),
          qkv,
          bias,
          c.hasQkNorm() ? Optional.of(weight(names.qNorm(), i)) : Optional.empty(),
          c.hasQkNorm() ? Optional.of(weight(names.kNorm(), i)) : Optional.empty(),
          weight(names.output(), i),
          weight(names.mlpNorm(), i),
          List.of(weight(names.gate(), i), weight(names.up(), i)),
          weight(names.down(), i));
    }

    private Tensor weight(String pattern, int layer) throws IOException {
      return tensor(pattern + ".weight", layer);
    }

    private Tensor tensor(String pattern, int layer) throws IOException {
      return checkpoint.tensor(TensorNames.of(pattern, layer));
    }
  }
}

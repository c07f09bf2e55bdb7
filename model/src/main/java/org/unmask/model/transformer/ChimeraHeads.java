package org.unmask.model.transformer;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.unmask.model.AttentionMask;
import org.unmask.model.DraftHeads;
import org.unmask.model.KvCache;
import org.unmask.model.Query;
import org.unmask.runtime.exec.WorkerPool;
import org.unmask.runtime.kernel.Kernels;
import org.unmask.runtime.nn.PackedMatrix;
import org.unmask.runtime.nn.RotaryTable;
import org.unmask.runtime.nn.RowBlocks;
import org.unmask.runtime.nn.WeightFormat;
import org.unmask.weights.Checkpoint;
import org.unmask.weights.CheckpointException;
import org.unmask.weights.safetensors.Tensor;

/**
 * Chimera's draft network over a frozen backbone.
 *
 * <pre>
 * E = [E[w-2] ; E[w-1] ; E[w]]                   g = out_proj(E + silu(in_proj E))
 * e = norm(layer(g ; keys of states and trigrams))
 * logits = W head_j [h ; e]                      W the backbone's output matrix
 * </pre>
 */
final class ChimeraHeads implements DraftHeads {

  static final String TYPE = "unmask_chimera";

  private static final int[] NONE = {};

  private final TransformerConfig config;
  private final TransformerWeights weights;
  private final TransformerDenoiser layer;
  private final Kernels kernels;
  private final PackedMatrix in;
  private final PackedMatrix out;
  private final List<PackedMatrix> heads;
  private final List<PackedMatrix> blind;
  private final List<float[]> blindBias;
  private final PackedMatrix.Scratch scratch = new PackedMatrix.Scratch();

  private ChimeraHeads(
      Checkpoint checkpoint,
      TransformerConfig config,
      TransformerWeights weights,
      RotaryTable rotary,
      Kernels kernels,
      WorkerPool pool)
      throws IOException {
    this.config = config;
    this.weights = weights;
    this.kernels = kernels;
    layer = new TransformerDenoiser(config, weights, rotary, kernels, pool, true, null);
    int d = config.hiddenSize();
    int count = checkpoint.config().path("chimera_num_heads").asInt(0);
    Arena arena = Arena.ofAuto();
    in = pack(checkpoint, "chimera.trigram.in_proj.weight", 3 * d, 3 * d, pool, arena);
    out = pack(checkpoint, "chimera.trigram.out_proj.weight", d, 3 * d, pool, arena);
    heads = new ArrayList<>();
    blind = new ArrayList<>();
    blindBias = new ArrayList<>();
    for (int j = 0; j < count; j++) {
      heads.add(pack(checkpoint, "chimera.heads." + j + ".weight", d, 2 * d, pool, arena));
      blind.add(pack(checkpoint, "medusa.heads." + j + ".weight", d, d, pool, arena));
      blindBias.add(checkpoint.tensor("medusa.heads." + j + ".bias").toFloats());
    }
  }

  static ChimeraHeads load(
      Checkpoint checkpoint,
      TransformerConfig backbone,
      TransformerWeights shared,
      RotaryTable rotary,
      Kernels kernels,
      WorkerPool pool)
      throws IOException {
    String type = checkpoint.config().path("model_type").asString("");
    if (!type.equals(TYPE)) {
      throw new CheckpointException(
          checkpoint.folder() + " holds model_type '" + type + "', not draft heads (" + TYPE + ")");
    }
    int hidden = checkpoint.config().path("hidden_size").asInt(0);
    if (hidden != backbone.hiddenSize()
        || checkpoint.config().path("vocab_size").asInt(0) != backbone.vocabSize()) {
      throw new CheckpointException(
          checkpoint.folder()
              + " holds heads for a model of width "
              + hidden
              + ", the model has "
              + backbone.hiddenSize()
              + "; use them with "
              + checkpoint.config().path("backbone").asString("their backbone"));
    }
    TransformerConfig config = backbone.withLayers(1);
    TransformerWeights weights =
        TransformerWeights.loadUpon(
            checkpoint, config, TensorNames.LLAMA.under("chimera."), shared, pool);
    return new ChimeraHeads(checkpoint, config, weights, rotary, kernels, pool);
  }

  private static PackedMatrix pack(
      Checkpoint checkpoint, String name, int outputs, int inputs, WorkerPool pool, Arena arena)
      throws IOException {
    Tensor tensor = checkpoint.tensor(name);
    if (!tensor.hasShape(outputs, inputs)) {
      throw new CheckpointException(
          "tensor '" + name + "' of draft heads must have shape [" + outputs + ", " + inputs + "]");
    }
    return PackedMatrix.pack(
        WeightFormat.F32,
        outputs,
        inputs,
        (row, to) -> tensor.toFloats((long) row * inputs, to, 0, inputs),
        pool,
        arena);
  }

  @Override
  public int heads() {
    return heads.size();
  }

  @Override
  public int hiddenSize() {
    return config.hiddenSize();
  }

  @Override
  public int vocabSize() {
    return config.vocabSize();
  }

  @Override
  public KvCache newCache(int slots) {
    return layer.newCache(slots);
  }

  @Override
  public void remember(KvCache cache, int position, float[] states, int from, int count) {
    int d = config.hiddenSize();
    float[] fed = Arrays.copyOfRange(states, from, from + count * d);
    int[] places = new int[count];
    Arrays.setAll(places, i -> position + i);
    Query query = new Query(cache).rows(new int[count], places, places, count).states(fed);
    layer.forward(List.of(query.predict(NONE, 0)));
  }

  @Override
  public void draft(
      KvCache cache,
      int head,
      int[] trigrams,
      int[] positions,
      int[] slots,
      int keys,
      AttentionMask mask,
      float[] state,
      float[] logits) {
    int d = config.hiddenSize();
    int count = positions.length;
    float[] encoded = trigramStates(trigrams, count);
    int[] rows = new int[count];
    Arrays.setAll(rows, i -> i);
    Query query =
        new Query(cache)
            .rows(new int[count], positions, slots, count)
            .keys(keys)
            .mask(mask)
            .states(encoded)
            .predict(rows, count)
            .unshifted(true)
            .wantHidden(true);
    layer.forward(List.of(query));
    float[] joined = new float[2 * d];
    System.arraycopy(state, 0, joined, 0, d);
    float[] mixed = new float[d];
    for (int i = 0; i < count; i++) {
      System.arraycopy(query.predictions().hidden(), i * d, joined, d, d);
      multiply(heads.get(head), joined, mixed, 0, false);
      multiply(weights.head(), mixed, logits, i * config.vocabSize(), false);
    }
  }

  private float[] trigramStates(int[] trigrams, int count) {
    int d = config.hiddenSize();
    float[] states = new float[count * d];
    float[] tokens = new float[3 * d];
    float[] gate = new float[3 * d];
    for (int i = 0; i < count; i++) {
      for (int w = 0; w < 3; w++) {
        weights.embedding().toFloats((long) trigrams[3 * i + w] * d, tokens, w * d, d);
      }
      multiply(in, tokens, gate, 0, false);
      addSilu(gate, tokens);
      multiply(out, tokens, states, i * d, false);
    }
    return states;
  }

  @Override
  public void draftBlindly(int head, float[] state, float[] logits) {
    float[] gate = blindBias.get(head).clone();
    multiply(blind.get(head), state, gate, 0, true);
    float[] moved = state.clone();
    addSilu(gate, moved);
    multiply(weights.head(), moved, logits, 0, false);
  }

  /** Adds silu(gate) to each element. */
  private static void addSilu(float[] gate, float[] to) {
    for (int i = 0; i < to.length; i++) {
      to[i] += gate[i] / ((float) StrictMath.exp(-gate[i]) + 1f);
    }
  }

  private void multiply(PackedMatrix w, float[] x, float[] y, int to, boolean accumulate) {
    RowBlocks row = new RowBlocks(1, w.inputs());
    row.set(0, x, 0);
    // products come in whole panels
    float[] padded = new float[w.panels() * PackedMatrix.PANEL];
    if (accumulate) {
      System.arraycopy(y, to, padded, 0, w.outputs());
    }
    w.multiply(kernels, row, 1, padded, 0, padded.length, accumulate, 0, w.panels(), scratch);
    System.arraycopy(padded, 0, y, to, w.outputs());
  }
}

package org.unmask.model.transformer;

import org.jspecify.annotations.Nullable;
import org.unmask.model.transformer.StepProfile.Part;
import org.unmask.runtime.cache.KvStore;
import org.unmask.runtime.kernel.Kernels;
import org.unmask.runtime.nn.Attention;
import org.unmask.runtime.nn.RotaryTable;
import org.unmask.runtime.nn.RowBlocks;

/** Layer operations that count their time. */
final class ProfiledLayerOps extends LayerOps {

  private final StepProfile profile;

  ProfiledLayerOps(
      TransformerConfig config, Kernels kernels, RotaryTable rotary, StepProfile profile) {
    super(config, kernels, rotary);
    this.profile = profile;
  }

  @Override
  void norm(RowSet rows, int from, int count, float[] weight, RowBlocks out) {
    long begin = System.nanoTime();
    super.norm(rows, from, count, weight, out);
    profile.add(Part.ROWS, begin);
  }

  @Override
  void qkv(TransformerWeights.Layer layer, Chunk chunk, int count, int p0, int p1) {
    long begin = System.nanoTime();
    super.qkv(layer, chunk, count, p0, p1);
    profile.add(Part.QKV, begin);
  }

  @Override
  void rotate(
      TransformerWeights.Layer layer,
      Chunk chunk,
      RowSet rows,
      int from,
      int count,
      int[] positions,
      int[] slots,
      KvStore store) {
    long begin = System.nanoTime();
    super.rotate(layer, chunk, rows, from, count, positions, slots, store);
    profile.add(Part.ROWS, begin);
  }

  @Override
  void attend(
      Chunk chunk,
      RowSet rows,
      int from,
      int count,
      KvStore store,
      int base,
      Attention.@Nullable Visibility mask,
      int h0,
      int h1) {
    long begin = System.nanoTime();
    super.attend(chunk, rows, from, count, store, base, mask, h0, h1);
    profile.add(Part.ATTENTION, begin);
  }

  @Override
  void collectHeads(Chunk chunk, int count) {
    long begin = System.nanoTime();
    super.collectHeads(chunk, count);
    profile.add(Part.ROWS, begin);
  }

  @Override
  void output(
      TransformerWeights.Layer layer,
      Chunk chunk,
      RowSet rows,
      int from,
      int count,
      int p0,
      int p1) {
    long begin = System.nanoTime();
    super.output(layer, chunk, rows, from, count, p0, p1);
    profile.add(Part.OUTPUT, begin);
  }

  @Override
  void gateUp(Mlp.Dense mlp, Chunk chunk, int count, int p0, int p1) {
    long begin = System.nanoTime();
    super.gateUp(mlp, chunk, count, p0, p1);
    profile.add(Part.GATE_UP, begin);
  }

  @Override
  void swiGlu(Mlp.Dense mlp, Chunk chunk, int count) {
    long begin = System.nanoTime();
    super.swiGlu(mlp, chunk, count);
    profile.add(Part.ROWS, begin);
  }

  @Override
  void down(Mlp.Dense mlp, Chunk chunk, RowSet rows, int from, int count, int p0, int p1) {
    long begin = System.nanoTime();
    super.down(mlp, chunk, rows, from, count, p0, p1);
    profile.add(Part.DOWN, begin);
  }
}

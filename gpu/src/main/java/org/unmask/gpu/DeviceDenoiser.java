package org.unmask.gpu;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.unmask.model.Conditioning;
import org.unmask.model.Denoiser;
import org.unmask.model.KvCache;
import org.unmask.model.Query;
import org.unmask.model.transformer.TransformerConfig;

/**
 * Forward calls of a dense transformer over the operations of a device.
 *
 * <p>As on the CPU, the second half of the last layer and the head are computed for the predicted
 * rows only, and what comes back are statistics of them.
 */
public final class DeviceDenoiser implements Denoiser {

  /** Activations, grown to the largest step so far. */
  private record Work(
      int rows,
      int predicted,
      Buffer x,
      Buffer normed,
      Buffer qkv,
      Buffer q,
      Buffer heads,
      Buffer gateUp,
      Buffer inner,
      Buffer keptX,
      Buffer keptHeads,
      Buffer logits) {

    List<Buffer> all() {
      return List.of(x, normed, qkv, q, heads, gateUp, inner, keptX, keptHeads, logits);
    }
  }

  private final TransformerConfig config;
  private final DeviceWeights weights;
  private final Ops ops;
  private final Caches caches;
  private final Step step;
  private @Nullable Work work;
  private @Nullable CacheMemory scratch;
  private int scratchSlots;

  DeviceDenoiser(TransformerConfig config, DeviceWeights weights, Ops ops) {
    this.config = config;
    this.weights = weights;
    this.ops = ops;
    caches = new Caches(ops, config.numLayers());
    step = new Step(config, ops);
  }

  @Override
  public int vocabSize() {
    return config.vocabSize();
  }

  @Override
  public int maskId() {
    return config.maskId();
  }

  @Override
  public int shift() {
    return config.shift();
  }

  @Override
  public Conditioning conditioning() {
    return config.conditioning();
  }

  @Override
  public KvCache newCache(int slots) {
    synchronized (ops) {
      return caches.make(slots);
    }
  }

  @Override
  public void forward(List<Query> queries) {
    synchronized (ops) { // denoisers of one model take turns on its stream
      forwardAlone(queries);
    }
  }

  private void forwardAlone(List<Query> queries) {
    int slots = step.measure(queries);
    CacheMemory rest = scratch(slots);
    Work room = work(step.shape());
    step.fill(rest);
    ops.run(step, step.isPlain(), () -> body(room));
    ops.finish(step, room.logits);
  }

  private void body(Work w) {
    int rows = step.shape().rows();
    int d = config.hiddenSize();
    int heads = config.numHeads() * config.headDim();
    int inner = config.intermediateSize();
    Buffer x = w.x;
    Buffer attended = w.heads;
    ops.embed(step, weights.embedding(), x);
    int last = config.numLayers() - 1;
    for (int l = 0; l <= last; l++) {
      LayerWeights layer = weights.layers().get(l);
      ops.norm(x, layer.attentionNorm(), w.normed, rows);
      ops.project(layer, w.normed, w.qkv, rows);
      ops.rotate(step, layer, l, w.qkv, w.q);
      if (step.meansWidth() > 0) {
        ops.addAttention(step, l, w.q);
      }
      if (l == last) {
        if (step.predicted() == 0) {
          return;
        }
        ops.attend(step, l, w.q, attended);
        ops.gather(step, x, attended, w.keptX, w.keptHeads);
        x = w.keptX;
        attended = w.keptHeads;
        rows = step.shape().predicted();
      } else {
        ops.attend(step, l, w.q, attended);
      }
      ops.product(layer.output(), attended, x, rows, d, heads, true);
      ops.norm(x, layer.mlpNorm(), w.normed, rows);
      ops.product(layer.gateUp(), w.normed, w.gateUp, rows, 2 * inner, d, false);
      ops.swiGlu(w.gateUp, w.inner, rows);
      ops.product(layer.down(), w.inner, x, rows, d, inner, true);
    }
    ops.norm(x, weights.finalNorm(), w.normed, rows);
    ops.product(weights.head(), w.normed, w.logits, rows, config.vocabSize(), d, false);
    ops.statistics(step, w.logits);
  }

  /** Returns room for keys and values of queries without a cache; layers take turns in it. */
  private @Nullable CacheMemory scratch(int slots) {
    if (slots > scratchSlots) {
      if (scratch != null) {
        ops.free(scratch.buffer());
      }
      scratchSlots = Step.rounded(slots);
      CacheMemory one = ops.newCache(scratchSlots, 1);
      scratch = new CacheMemory(one.buffer(), one.keys(), one.values(), 0);
    }
    return scratch;
  }

  private Work work(Step.Shape shape) {
    Work old = work;
    if (old != null && old.rows >= shape.rows() && old.predicted >= shape.predicted()) {
      return old;
    }
    int rows = shape.rows();
    int predicted = Math.max(1, shape.predicted());
    if (old != null) {
      rows = Math.max(rows, old.rows);
      predicted = Math.max(predicted, old.predicted);
      old.all().forEach(ops::free);
      work = null;
    }
    work = allocate(rows, predicted);
    return work;
  }

  private Work allocate(int rows, int predicted) {
    long d = config.hiddenSize();
    long q = (long) config.numHeads() * config.headDim();
    long kv = (long) config.numKvHeads() * config.headDim();
    long f = config.intermediateSize();
    long most = Math.max(rows, predicted); // the same row may be predicted twice
    return new Work(
        rows,
        predicted,
        room(Buffer.Kind.FLOAT, rows * d),
        room(Buffer.Kind.STORE, most * d),
        room(Buffer.Kind.STORE, rows * (q + 2 * kv)),
        room(Buffer.Kind.STORE, rows * q),
        room(Buffer.Kind.STORE, rows * q),
        room(Buffer.Kind.STORE, most * 2 * f),
        room(Buffer.Kind.STORE, most * f),
        room(Buffer.Kind.FLOAT, predicted * d),
        room(Buffer.Kind.STORE, predicted * q),
        room(Buffer.Kind.FLOAT, (long) predicted * config.vocabSize()));
  }

  private Buffer room(Buffer.Kind kind, long elements) {
    return ops.allocate(kind, elements, "activations");
  }
}

package org.unmask.tornado;

import org.unmask.gpu.LayerWeights;
import org.unmask.gpu.Step;
import org.unmask.model.transformer.TransformerConfig;
import org.unmask.tornado.kernel.AttentionKernel;
import org.unmask.tornado.kernel.HeadKernel;
import org.unmask.tornado.kernel.MeansKernel;
import org.unmask.tornado.kernel.RotaryKernel;
import org.unmask.tornado.kernel.RowKernels;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** The operations of one model as tasks of a recording. */
final class StepTasks {

  private final TransformerConfig c;
  private final FloatArray pool;
  private final FloatArray zeros;
  private final KernelContext context = new KernelContext();

  /**
   * Makes the tasks of a model.
   *
   * @param pool keys and values of all caches
   * @param zeros a bias of queries, keys and values for models without one
   */
  StepTasks(TransformerConfig config, FloatArray pool, FloatArray zeros) {
    c = config;
    this.pool = pool;
    this.zeros = zeros;
  }

  void embed(Recording to, int rows, FloatArray table, FloatArray x) {
    IntArray tables = to.tables();
    int width = c.hiddenSize();
    int size = rows * width;
    to.elements(
        size,
        (g, id) -> g.task(id, RowKernels::embed, context, tables, table, x, width, size),
        table,
        x);
  }

  void norm(Recording to, int rows, FloatArray x, FloatArray weight, FloatArray out) {
    int width = c.hiddenSize();
    float eps = c.rmsNormEps();
    to.groups(
        rows,
        RowKernels.NORM_GROUP,
        (g, id) -> g.task(id, RowKernels::normRows, context, x, weight, out, width, eps),
        x,
        weight,
        out);
  }

  void rotate(Recording to, int rows, LayerWeights layer, int index, FloatArray qkv, FloatArray q) {
    FloatArray bias = layer.bias() == null ? zeros : FloatMemory.of(layer.bias());
    FloatArray qNorm = layer.qNorm() == null ? zeros : FloatMemory.of(layer.qNorm());
    FloatArray kNorm = layer.kNorm() == null ? zeros : FloatMemory.of(layer.kNorm());
    FloatArray angles = to.angles();
    IntArray tables = to.tables();
    int heads = c.numHeads();
    int kvHeads = c.numKvHeads();
    int headDim = c.headDim();
    int half = c.rotaryFrequencies().length;
    float eps = layer.qNorm() == null ? 0f : c.rmsNormEps();
    int sines = angles.getSize() / 2;
    int size = rows * (heads + 2 * kvHeads) * headDim;
    to.elements(
        size,
        (g, id) ->
            g.task(
                id,
                RotaryKernel::rotateHeads,
                context,
                tables,
                qkv,
                bias,
                qNorm,
                kNorm,
                angles,
                pool,
                q,
                index,
                heads,
                kvHeads,
                headDim,
                half,
                eps,
                sines,
                size),
        qkv,
        bias,
        qNorm,
        kNorm,
        angles,
        pool,
        q);
  }

  void attend(Recording to, int tiles, int index, FloatArray q, FloatArray heads) {
    IntArray tables = to.tables();
    IntArray masks = to.masks();
    int all = c.numHeads();
    int kvHeads = c.numKvHeads();
    int headDim = c.headDim();
    to.groups(
        tiles * all,
        AttentionKernel.GROUP,
        (g, id) ->
            g.task(
                id,
                AttentionKernel::attend,
                context,
                tables,
                masks,
                q,
                pool,
                heads,
                index,
                all,
                kvHeads,
                headDim),
        q,
        pool,
        heads);
  }

  void addAttention(Recording to, Step step, Recording.Means means, int index, FloatArray q) {
    IntArray tables = to.tables();
    IntArray masks = to.masks();
    FloatArray sums = means.sums();
    FloatArray scores = means.scores();
    int width = step.meansWidth();
    int rows = step.shape().rows();
    int heads = c.numHeads();
    int kvHeads = c.numKvHeads();
    int headDim = c.headDim();
    int layers = c.numLayers();
    int cells = rows * width;
    int pairs = rows * heads;
    if (index == 0) {
      to.elements(
          cells, (g, id) -> g.task(id, MeansKernel::clearMeans, context, sums, cells), sums);
    }
    to.elements(
        pairs,
        (g, id) ->
            g.task(
                id,
                MeansKernel::weigh,
                context,
                tables,
                masks,
                q,
                pool,
                scores,
                index,
                heads,
                kvHeads,
                headDim,
                width,
                pairs),
        q,
        pool,
        scores);
    to.elements(
        cells,
        (g, id) ->
            g.task(
                id,
                MeansKernel::addMeans,
                context,
                tables,
                scores,
                sums,
                index,
                layers,
                heads,
                width,
                cells),
        scores,
        sums);
  }

  void gather(Recording to, int rows, FloatArray from, FloatArray kept, int width) {
    IntArray tables = to.tables();
    int size = rows * width;
    to.elements(
        size,
        (g, id) -> g.task(id, RowKernels::gather, context, tables, from, kept, width, size),
        from,
        kept);
  }

  void swiGlu(Recording to, int rows, FloatArray gateUp, FloatArray inner) {
    int width = c.intermediateSize();
    int size = rows * width;
    to.elements(
        size,
        (g, id) -> g.task(id, RowKernels::swiGlu, context, gateUp, inner, width, size),
        gateUp,
        inner);
  }

  void statistics(Recording to, Step step, FloatArray logits) {
    IntArray tables = to.tables();
    int vocabulary = c.vocabSize();
    int pairs = step.shape().suppressed();
    if (pairs > 0) {
      to.elements(
          pairs,
          (g, id) -> g.task(id, HeadKernel::suppress, context, tables, logits, vocabulary, pairs),
          logits);
    }
    int chunks = Math.ceilDiv(vocabulary, HeadKernel.CHUNK);
    int groups = step.shape().predicted() * chunks;
    FloatArray cells = new FloatArray(4 * groups);
    IntArray tokens = new IntArray(groups);
    to.groups(
        groups,
        HeadKernel.GROUP,
        (g, id) ->
            g.task(id, HeadKernel::chunk, context, logits, cells, tokens, vocabulary, chunks),
        logits,
        cells);
    to.predict(logits, new Recording.Chunks(cells, tokens));
  }
}

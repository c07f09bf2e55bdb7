package org.unmask.gpu;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.unmask.model.AttentionMask;
import org.unmask.model.Query;
import org.unmask.model.transformer.TransformerConfig;

/**
 * The tables of one forward call: which row is what, where its keys lie, what is wanted of it.
 *
 * <p>Rows of all queries lie end to end. Counts are rounded up, so that calls of like size share a
 * {@link Shape} and with it a recorded sequence of kernels; rows beyond those in use have owner -1
 * and see nothing.
 */
public final class Step {

  /**
   * The sizes that kernels are launched with.
   *
   * @param rows rows of the residual stream
   * @param predicted rows whose logits are computed, 0 for none
   * @param queries entries of caches
   * @param tiles entries of tiles
   * @param tileRows most rows of a tile
   * @param keys most visible keys, rounded up
   * @param suppressed pairs of a predicted row and a token
   */
  public record Shape(
      int rows, int predicted, int queries, int tiles, int tileRows, int keys, int suppressed) {}

  /** Stands for a row whose attention is not wanted. */
  public static final int NO_MEANS = Integer.MAX_VALUE;

  private final TransformerConfig config;
  private final Ops ops;
  private final StepTables tables;
  private List<Query> queries = List.of();
  private Shape shape = new Shape(0, 0, 0, 0, 0, 0, 0);
  private int rows;
  private int predicted;
  private final MaskWords masks = new MaskWords();
  private int meansWidth;
  private boolean isPlain;

  Step(TransformerConfig config, Ops ops) {
    this.config = config;
    this.ops = ops;
    tables = new StepTables(ops);
  }

  /** Returns the rounded sizes. */
  public Shape shape() {
    return shape;
  }

  /** Returns the queries at work. */
  public List<Query> queries() {
    return queries;
  }

  /** Returns the rows in use. */
  public int rows() {
    return rows;
  }

  /** Returns the predicted rows in use. */
  public int predicted() {
    return predicted;
  }

  /** Returns where a table begins, in bytes. */
  public long offset(Table table) {
    return tables.offset(table);
  }

  /** Returns all tables, as they are to lie on the device. */
  public MemorySegment host() {
    return tables.host();
  }

  /** Returns the bits of explicit masks: key k of a row is bit k mod 32 of word k / 32. */
  public int[] maskWords() {
    return masks.words();
  }

  /** Returns how many words of {@link #maskWords} are in use. */
  public int maskCount() {
    return masks.count();
  }

  /** Returns the most keys of a query that wants attention, 0 if none does. */
  public int meansWidth() {
    return meansWidth;
  }

  /** Tells whether statistics are all that is wanted: no logits, attention or explicit masks. */
  public boolean isPlain() {
    return isPlain;
  }

  /** Rounds a number of rows up to one that many calls share. */
  static int rounded(int rows) {
    int step = rows <= 64 ? 16 : rows <= 512 ? 32 : 128;
    return Math.ceilDiv(rows, step) * step;
  }

  /** Rounds up to a power of two. */
  private static int power(int n) {
    return n <= 1 ? n : Integer.highestOneBit(n - 1) << 1;
  }

  /**
   * Checks the queries and sizes the call.
   *
   * @return the rows of queries without a cache, which need scratch slots
   */
  int measure(List<Query> queries) {
    if (queries.isEmpty()) {
      throw new IllegalArgumentException("a forward call needs at least one query");
    }
    this.queries = queries;
    rows = 0;
    predicted = 0;
    meansWidth = 0;
    masks.clear();
    isPlain = true;
    int scratch = 0;
    int keys = 0;
    int suppressed = 0;
    for (int i = 0; i < queries.size(); i++) {
      Query query = queries.get(i);
      QueryCheck.check(config, query, i);
      rows += query.rowCount();
      predicted += query.predictedCount();
      scratch += query.cache() == null ? query.rowCount() : 0;
      keys = Math.max(keys, query.keyCount());
      suppressed += query.suppressed().length * query.predictedCount();
      if (mask(query) instanceof AttentionMask.Explicit) {
        isPlain = false;
      }
      if (query.attentionLayers() > 0) {
        meansWidth = Math.max(meansWidth, query.keyCount());
        isPlain = false;
      }
      isPlain &= !query.wantsLogits() && !query.asks();
    }
    keys = Math.ceilDiv(keys, 64) * 64;
    int tileRows = ops.tileRows(rows, keys);
    int tiles = 0;
    for (Query query : queries) {
      tiles += Math.ceilDiv(query.rowCount(), tileRows);
    }
    int sharedRows = rounded(rows);
    int most = Math.ceilDiv(sharedRows, tileRows) + (queries.size() > 1 ? queries.size() : 0);
    shape =
        new Shape(
            sharedRows,
            rounded(predicted),
            power(queries.size()),
            Math.max(tiles, queries.size() > 1 ? power(most) : most),
            tileRows,
            power(keys),
            power(suppressed));
    return scratch;
  }

  /** Returns the highest rotary position. */
  public int highestPosition() {
    int highest = 0;
    for (Query query : queries) {
      for (int r = 0; r < query.rowCount(); r++) {
        highest = Math.max(highest, query.position(r));
      }
    }
    return highest;
  }

  /**
   * Fills the tables.
   *
   * @param scratch where the rows of queries without a cache keep keys and values
   */
  void fill(@Nullable CacheMemory scratch) {
    tables.place(shape);
    int width = config.numKvHeads() * config.headDim();
    int row = 0;
    int tile = 0;
    int from = 0;
    int pair = 0;
    int base = 0;
    for (int i = 0; i < queries.size(); i++) {
      Query query = queries.get(i);
      CacheMemory memory;
      long shift = 0;
      if (query.cache() == null) {
        memory = Objects.requireNonNull(scratch);
        shift = (long) base * width;
        base += query.rowCount();
      } else if (query.cache() instanceof DeviceCache cache) {
        memory = cache.memory();
      } else {
        throw new IllegalArgumentException(
            "the query's cache was made by another kind of denoiser");
      }
      tables.setLong(Table.CACHES, 4 * i, memory.keys() + shift);
      tables.setLong(Table.CACHES, 4 * i + 1, memory.values() + shift);
      tables.setLong(Table.CACHES, 4 * i + 2, memory.layer());
      tile = tiles(query, i, row, tile);
      for (int r = 0; r < query.rowCount(); r++) {
        fillRow(query, i, r, row + r);
      }
      pair = predictions(query, i, row, from, pair);
      from += query.predictedCount();
      row += query.rowCount();
    }
    for (int r = row; r < shape.rows; r++) {
      tables.setInt(Table.IDS, r, 0);
      tables.setInt(Table.POSITIONS, r, 0);
      tables.setInt(Table.OWNERS, r, -1);
      tables.setInt(Table.SLOTS, r, 0);
      tables.setInt(Table.VISIBLE, r, 0);
      tables.setInt(Table.MASKS, r, -1);
      tables.setInt(Table.MEANS, r, NO_MEANS);
    }
    for (int t = tile; t < shape.tiles; t++) {
      tables.setInt(Table.TILES, 4 * t + 1, 0);
    }
    for (int p = from; p < shape.predicted; p++) {
      tables.setInt(Table.SOURCES, p, 0);
      tables.setDouble(Table.TEMPERATURES, p, 0);
      tables.setLong(Table.NOISE_KEYS, p, 0);
    }
    for (int s = pair; s < shape.suppressed; s++) {
      tables.setInt(Table.SUPPRESSED, 2 * s, -1);
    }
  }

  private int tiles(Query query, int index, int row, int tile) {
    for (int r = 0; r < query.rowCount(); r += shape.tileRows, tile++) {
      int count = Math.min(shape.tileRows, query.rowCount() - r);
      int keys = 0;
      for (int i = r; i < r + count; i++) {
        keys = Math.max(keys, visible(query, query.slot(i)));
      }
      tables.setInt(Table.TILES, 4 * tile, row + r);
      tables.setInt(Table.TILES, 4 * tile + 1, count);
      tables.setInt(Table.TILES, 4 * tile + 2, keys);
      tables.setInt(Table.TILES, 4 * tile + 3, index);
    }
    return tile;
  }

  private void fillRow(Query query, int index, int r, int row) {
    int slot = query.slot(r);
    tables.setInt(Table.IDS, row, query.id(r));
    tables.setInt(Table.POSITIONS, row, query.position(r));
    tables.setInt(Table.OWNERS, row, index);
    tables.setInt(Table.SLOTS, row, slot);
    tables.setInt(Table.VISIBLE, row, visible(query, slot));
    boolean isExplicit = mask(query) instanceof AttentionMask.Explicit;
    tables.setInt(Table.MASKS, row, isExplicit ? maskOf(query, r) : -1);
    int layers = query.attentionLayers();
    tables.setInt(
        Table.MEANS, row, layers == 0 ? NO_MEANS : Math.max(0, config.numLayers() - layers));
  }

  private int predictions(Query query, int index, int row, int from, int pair) {
    int shift = query.isUnshifted() ? 0 : config.shift();
    for (int p = 0; p < query.predictedCount(); p++) {
      int r = Math.max(query.predictedRow(p) - shift, 0);
      if (query.predictedRow(p) < 0 || r >= query.rowCount()) {
        throw new IllegalArgumentException(
            "query %d of %d rows cannot predict row %d"
                .formatted(index, query.rowCount(), query.predictedRow(p)));
      }
      tables.setInt(Table.SOURCES, from + p, row + r);
      double temperature = query.temperature();
      tables.setDouble(Table.TEMPERATURES, from + p, temperature);
      tables.setLong(Table.NOISE_KEYS, from + p, temperature > 0 ? query.noiseKey(p) : 0);
      for (int token : query.suppressed()) {
        tables.setInt(Table.SUPPRESSED, 2 * pair, token < config.vocabSize() ? from + p : -1);
        tables.setInt(Table.SUPPRESSED, 2 * pair++ + 1, token);
      }
    }
    return pair;
  }

  private int maskOf(Query query, int r) {
    return masks.add((AttentionMask.Explicit) mask(query), r, query.keyCount());
  }

  private AttentionMask mask(Query query) {
    AttentionMask given = query.mask();
    return given == null ? config.attention() : given;
  }

  private int visible(Query query, int slot) {
    return switch (mask(query)) {
      case AttentionMask.Causal _ -> Math.min(query.keyCount(), slot + 1);
      case AttentionMask.BlockCausal(int length) ->
          Math.min(query.keyCount(), (slot / length + 1) * length);
      case AttentionMask.Full _, AttentionMask.Explicit _ -> query.keyCount();
    };
  }
}

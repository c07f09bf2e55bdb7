package org.unmask.gpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.unmask.model.AttentionMask;
import org.unmask.model.KvCache;
import org.unmask.model.Query;
import org.unmask.model.SublayerSkip;
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

  /** The tables, in the order they lie in; offsets stay aligned to their elements. */
  public enum Table {
    /** Per query: element offsets of keys and values, distance of layers, 0; longs. */
    CACHES(32),
    /** Per tile: first row, rows, most keys any of them sees, query; ints. */
    TILES(16),
    /** Per predicted row; doubles. */
    TEMPERATURES(8),
    /** Per predicted row; longs. */
    NOISE_KEYS(8),
    /** Predicted row and token, or -1; ints. */
    SUPPRESSED(8),
    /** Per row: token id. */
    IDS(4),
    /** Per row: rotary position. */
    POSITIONS(4),
    /** Per row: query, or -1. */
    OWNERS(4),
    /** Per row: slot in its cache. */
    SLOTS(4),
    /** Per row: leading keys it sees. */
    VISIBLE(4),
    /** Per row: word of {@link #maskWords} where its mask begins, or -1 for none. */
    MASKS(4),
    /** Per row: first layer whose attention is averaged, or {@link #NO_MEANS}. */
    MEANS(4),
    /** Per predicted row: the row it is read from. */
    SOURCES(4);

    private final int bytes;

    Table(int bytes) {
      this.bytes = bytes;
    }
  }

  /** Stands for a row whose attention is not wanted. */
  public static final int NO_MEANS = Integer.MAX_VALUE;

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE;

  private final TransformerConfig config;
  private final Ops ops;
  private final long[] offsets = new long[Table.values().length + 1];
  private List<Query> queries = List.of();
  private Shape shape = new Shape(0, 0, 0, 0, 0, 0, 0);
  private MemorySegment host = MemorySegment.NULL;
  private int rows;
  private int predicted;
  private int[] maskWords = {};
  private int maskCount;
  private int meansWidth;
  private boolean isPlain;

  Step(TransformerConfig config, Ops ops) {
    this.config = config;
    this.ops = ops;
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
    return offsets[table.ordinal()];
  }

  /** Returns all tables, as they are to lie on the device. */
  public MemorySegment host() {
    return host.asSlice(0, offsets[offsets.length - 1]);
  }

  /** Returns the bits of explicit masks: key k of a row is bit k mod 32 of word k / 32. */
  public int[] maskWords() {
    return maskWords;
  }

  /** Returns how many words of {@link #maskWords} are in use. */
  public int maskCount() {
    return maskCount;
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
    maskCount = 0;
    isPlain = true;
    int scratch = 0;
    int keys = 0;
    int suppressed = 0;
    for (int i = 0; i < queries.size(); i++) {
      Query query = queries.get(i);
      check(query, i);
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

  private void check(Query query, int index) {
    if (query.rowCount() == 0) {
      throw new IllegalArgumentException("query " + index + " feeds no rows");
    }
    String missing =
        query.reuse() != null
            ? "keeping rows of the last forward call"
            : query.wantsHidden() || query.states() != null
                ? "feeding or returning hidden states"
                : query.softTokens() != null
                    ? "feeding sums of embeddings"
                    : !query.skipped().equals(SublayerSkip.NONE) ? "skipping sublayers" : null;
    if (missing != null) {
      throw new IllegalArgumentException(missing + " runs on the CPU only; use --device cpu");
    }
    KvCache cache = query.cache();
    int room = cache == null ? query.rowCount() : cache.slots();
    for (int r = 0; r < query.rowCount(); r++) {
      int id = query.id(r);
      if (id < 0 || id >= config.vocabSize()) {
        throw new IllegalArgumentException(
            "token id %d in query %d is outside [0, %d)".formatted(id, index, config.vocabSize()));
      }
      if (query.slot(r) < 0 || query.slot(r) >= room || query.keyCount() > room) {
        throw new IllegalArgumentException(
            "query %d uses slot %d of a cache of %d"
                .formatted(index, Math.max(query.slot(r), query.keyCount() - 1), room));
      }
      if (query.position(r) < 0 || query.keyCount() < 1) {
        throw new IllegalArgumentException(
            "query " + index + " has a negative position or no visible key");
      }
    }
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
    place();
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
      setLong(Table.CACHES, 4 * i, memory.keys() + shift);
      setLong(Table.CACHES, 4 * i + 1, memory.values() + shift);
      setLong(Table.CACHES, 4 * i + 2, memory.layer());
      tile = tiles(query, i, row, tile);
      for (int r = 0; r < query.rowCount(); r++) {
        fillRow(query, i, r, row + r);
      }
      pair = predictions(query, i, row, from, pair);
      from += query.predictedCount();
      row += query.rowCount();
    }
    for (int r = row; r < shape.rows; r++) {
      setInt(Table.IDS, r, 0);
      setInt(Table.POSITIONS, r, 0);
      setInt(Table.OWNERS, r, -1);
      setInt(Table.SLOTS, r, 0);
      setInt(Table.VISIBLE, r, 0);
      setInt(Table.MASKS, r, -1);
      setInt(Table.MEANS, r, NO_MEANS);
    }
    for (int t = tile; t < shape.tiles; t++) {
      setInt(Table.TILES, 4 * t + 1, 0);
    }
    for (int p = from; p < shape.predicted; p++) {
      setInt(Table.SOURCES, p, 0);
      host.set(DOUBLE, offset(Table.TEMPERATURES) + 8L * p, 0);
      setLong(Table.NOISE_KEYS, p, 0);
    }
    for (int s = pair; s < shape.suppressed; s++) {
      setInt(Table.SUPPRESSED, 2 * s, -1);
    }
  }

  private void place() {
    long at = 0;
    for (Table table : Table.values()) {
      offsets[table.ordinal()] = at;
      long count =
          switch (table) {
            case CACHES -> shape.queries;
            case TILES -> shape.tiles;
            case SUPPRESSED -> shape.suppressed;
            case TEMPERATURES, NOISE_KEYS, SOURCES -> shape.predicted;
            case IDS, POSITIONS, OWNERS, SLOTS, VISIBLE, MASKS, MEANS -> shape.rows;
          };
      at += count * table.bytes;
    }
    offsets[offsets.length - 1] = at;
    host = ops.tables(at);
  }

  private int tiles(Query query, int index, int row, int tile) {
    for (int r = 0; r < query.rowCount(); r += shape.tileRows, tile++) {
      int count = Math.min(shape.tileRows, query.rowCount() - r);
      int keys = 0;
      for (int i = r; i < r + count; i++) {
        keys = Math.max(keys, visible(query, query.slot(i)));
      }
      setInt(Table.TILES, 4 * tile, row + r);
      setInt(Table.TILES, 4 * tile + 1, count);
      setInt(Table.TILES, 4 * tile + 2, keys);
      setInt(Table.TILES, 4 * tile + 3, index);
    }
    return tile;
  }

  private void fillRow(Query query, int index, int r, int row) {
    int slot = query.slot(r);
    setInt(Table.IDS, row, query.id(r));
    setInt(Table.POSITIONS, row, query.position(r));
    setInt(Table.OWNERS, row, index);
    setInt(Table.SLOTS, row, slot);
    setInt(Table.VISIBLE, row, visible(query, slot));
    setInt(
        Table.MASKS, row, mask(query) instanceof AttentionMask.Explicit e ? bits(e, query, r) : -1);
    int layers = query.attentionLayers();
    setInt(Table.MEANS, row, layers == 0 ? NO_MEANS : Math.max(0, config.numLayers() - layers));
  }

  private int bits(AttentionMask.Explicit mask, Query query, int r) {
    int first = maskCount;
    int words = Math.ceilDiv(query.keyCount(), 32);
    if (maskWords.length < first + words) {
      maskWords = Arrays.copyOf(maskWords, Math.max(first + words, 2 * maskWords.length));
    }
    Arrays.fill(maskWords, first, first + words, 0);
    for (int k = 0; k < query.keyCount(); k++) {
      if (mask.sees(r, k)) {
        maskWords[first + (k >> 5)] |= 1 << k;
      }
    }
    maskCount = first + words;
    return first;
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
      setInt(Table.SOURCES, from + p, row + r);
      double temperature = query.temperature();
      host.set(DOUBLE, offset(Table.TEMPERATURES) + 8L * (from + p), temperature);
      setLong(Table.NOISE_KEYS, from + p, temperature > 0 ? query.noiseKey(p) : 0);
      for (int token : query.suppressed()) {
        setInt(Table.SUPPRESSED, 2 * pair, token < config.vocabSize() ? from + p : -1);
        setInt(Table.SUPPRESSED, 2 * pair++ + 1, token);
      }
    }
    return pair;
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

  private void setInt(Table table, int index, int value) {
    host.set(INT, offsets[table.ordinal()] + 4L * index, value);
  }

  private void setLong(Table table, int index, long value) {
    host.set(LONG, offsets[table.ordinal()] + 8L * index, value);
  }
}

package org.unmask.gpu;

/**
 * The tables of a {@link Step}, in the order they lie in; offsets stay aligned to their elements.
 */
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
  /** Per row: word of {@link Step#maskWords} where its mask begins, or -1 for none. */
  MASKS(4),
  /** Per row: first layer whose attention is averaged, or {@link Step#NO_MEANS}. */
  MEANS(4),
  /** Per predicted row: the row it is read from. */
  SOURCES(4);

  final int bytes;

  Table(int bytes) {
    this.bytes = bytes;
  }
}

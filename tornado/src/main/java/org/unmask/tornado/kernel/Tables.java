package org.unmask.tornado.kernel;

/**
 * Where a step's tables lie in the array of integers that kernels read: word {@code IDS} of the
 * array is the word at which the table of ids begins, and so on.
 */
public final class Tables {

  /** Per row: token id. */
  public static final int IDS = 0;

  /** Per row: rotary position. */
  public static final int POSITIONS = 1;

  /** Per row: query, or -1. */
  public static final int OWNERS = 2;

  /** Per row: slot in its cache. */
  public static final int SLOTS = 3;

  /** Per row: leading keys it sees. */
  public static final int VISIBLE = 4;

  /** Per row: word of the masks where its mask begins, or -1. */
  public static final int MASKS = 5;

  /** Per row: first layer whose attention is averaged. */
  public static final int MEANS = 6;

  /** Per predicted row: the row it is read from. */
  public static final int SOURCES = 7;

  /** Per query, 8 words: of keys, values and the distance of layers the even ones. */
  public static final int CACHES = 8;

  /** Per tile, 4 words: first row, rows, most keys, query. */
  public static final int TILES = 9;

  /** Pairs of a predicted row, or -1, and a token. */
  public static final int SUPPRESSED = 10;

  /** Words before the first table. */
  public static final int HEADER = 16;

  private Tables() {}
}

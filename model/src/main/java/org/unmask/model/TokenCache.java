package org.unmask.model;

import java.util.Arrays;

/**
 * A cache of tokens in place of keys and values, for networks that are functions of what a row
 * sees: which token stands in each slot, and the position it was written with.
 */
public final class TokenCache implements KvCache {

  private final int[] ids;
  private final int[] positions;

  /** Makes an empty cache. */
  public TokenCache(int slots) {
    ids = new int[slots];
    positions = new int[slots];
    Arrays.fill(ids, -1);
  }

  /** Returns the cache of a query, or one for this call if it has none; writes its rows. */
  public static TokenCache of(Query query) {
    TokenCache cache =
        query.cache() instanceof TokenCache kept ? kept : new TokenCache(query.keyCount());
    for (int row = 0; row < query.rowCount(); row++) {
      cache.write(query, row);
    }
    return cache;
  }

  /** Writes a row to its slot. */
  public void write(Query query, int row) {
    ids[query.slot(row)] = query.id(row);
    positions[query.slot(row)] = query.position(row);
  }

  /** Returns the token in a slot, or -1 if there is none. */
  public int id(int slot) {
    return ids[slot];
  }

  /** Returns the position that the token in a slot was written with. */
  public int position(int slot) {
    return positions[slot];
  }

  /**
   * Tells whether a row sees a token in a slot.
   *
   * @param usual mask of the model's family, where the query has none
   */
  public boolean shows(Query query, int row, int slot, AttentionMask usual) {
    AttentionMask mask = query.mask() == null ? usual : query.mask();
    return ids[slot] >= 0
        && switch (mask) {
          case AttentionMask.Full _ -> true;
          case AttentionMask.Causal _ -> slot <= query.slot(row);
          case AttentionMask.BlockCausal block ->
              slot / block.blockLength() <= query.slot(row) / block.blockLength();
          case AttentionMask.Explicit explicit -> explicit.sees(row, slot);
        };
  }

  @Override
  public int slots() {
    return ids.length;
  }

  @Override
  public void copy(int from, int to) {
    ids[to] = ids[from];
    positions[to] = positions[from];
  }
}

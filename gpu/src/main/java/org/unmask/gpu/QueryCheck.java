package org.unmask.gpu;

import org.unmask.model.KvCache;
import org.unmask.model.Query;
import org.unmask.model.SublayerSkip;
import org.unmask.model.transformer.TransformerConfig;

/** What a query must keep to so that a device can run it. */
final class QueryCheck {

  private QueryCheck() {}

  /**
   * Checks one query of a call.
   *
   * @throws IllegalArgumentException if it cannot run on a device; the message says why
   */
  static void check(TransformerConfig config, Query query, int index) {
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
}

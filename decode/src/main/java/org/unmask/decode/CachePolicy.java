package org.unmask.decode;

import java.util.List;

/**
 * Says which rows a call computes and which come from the cache.
 *
 * <p>Keys and values of a canvas position are kept in the slot of the same number.
 */
interface CachePolicy {

  /** Every cache there is; an algorithm says which ones it goes with. */
  List<String> NAMES =
      List.of(
          "none",
          "prefix",
          "dual",
          "block-exact",
          WindowCache.NAME,
          DelayedCache.NAME,
          SimilarityCache.NAME,
          "vicinity");

  /** Tells whether a cache must be made. */
  default boolean needsCache() {
    return true;
  }

  /**
   * Refuses a model that the cache does not suit.
   *
   * @param shift how far its predictions are shifted
   */
  default void check(int shift) {}

  /**
   * Lists the rows of the next call.
   *
   * @param step where decoding stands; its predictions are those of the call before
   * @param feed receives the rows
   * @return what the call is for
   */
  DecodeStep.Kind feed(Step step, Feed feed);

  /** Records what the last call did, where somebody listens. */
  default void describe(Step step) {}

  /** Recomputes every row at every call. */
  CachePolicy NONE =
      new CachePolicy() {
        @Override
        public boolean needsCache() {
          return false;
        }

        @Override
        public DecodeStep.Kind feed(Step step, Feed feed) {
          feed.slice(step.canvas(), 0, step.canvas().length());
          return DecodeStep.Kind.DENOISE;
        }
      };

  /**
   * Fast-dLLM's prefix cache (arXiv 2505.22618): a full call at each block's entry, which unmasks
   * tokens too; then only the rows from the block's start to the end of the canvas, with the prefix
   * as it was at the entry.
   */
  CachePolicy PREFIX =
      (step, feed) -> {
        boolean isEntry = step.index() == 0;
        feed.slice(step.canvas(), isEntry ? 0 : step.blockStart(), step.canvas().length());
        return isEntry ? DecodeStep.Kind.PREFILL : DecodeStep.Kind.DENOISE;
      };

  /**
   * Fast-dLLM's dual cache (arXiv 2505.22618): a full call at each block's entry, which unmasks
   * tokens too; then only the block's rows, with everything else as it was at the entry, also what
   * has been cut off since.
   */
  CachePolicy DUAL =
      (step, feed) -> {
        if (step.index() == 0) {
          feed.slice(step.canvas(), 0, step.canvas().length());
          return DecodeStep.Kind.PREFILL;
        }
        feed.slice(step.canvas(), step.blockStart(), step.blockEnd());
        feed.query().keys(step.lengthAtEntry());
        return DecodeStep.Kind.DENOISE;
      };

  /** Returns the cache asked for, for one sequence. */
  static CachePolicy of(DecodeOptions options) {
    return switch (options.cache()) {
      case "none" -> NONE;
      case "prefix" -> PREFIX;
      case "dual" -> DUAL;
      case DelayedCache.NAME -> new DelayedCache(options);
      case SimilarityCache.NAME -> new SimilarityCache(options);
      case WindowCache.NAME -> new WindowCache(options);
      default -> throw new IllegalStateException("no cache is called " + options.cache());
    };
  }
}

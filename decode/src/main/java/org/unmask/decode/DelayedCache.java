package org.unmask.decode;

import java.util.ArrayList;
import java.util.List;

/**
 * dKV-Cache-Decode (arXiv 2505.15781): a token's keys and values are kept one step after it was
 * unmasked, when it has been computed once as a visible token. Masks and the last step's tokens are
 * computed at every call; every so many calls everything is.
 *
 * <p>A block's first call computes everything and keeps nothing, its second keeps everything.
 * Belongs to one sequence.
 */
final class DelayedCache implements CachePolicy {

  static final String NAME = "delayed";
  static final String CACHE_RELOADING_STEP = "cache-reloading-step";

  private final int reload;
  private final List<Integer> kept = new ArrayList<>();
  private boolean isPartial;

  DelayedCache(DecodeOptions options) {
    reload = options.integer(CACHE_RELOADING_STEP);
  }

  /** Refuses models that predict a token from the row before it, which may not be fed. */
  @Override
  public void check(int shift) {
    if (shift != 0) {
      throw new IllegalArgumentException(
          "cache delayed does not feed the rows before masks, from which a model with shifted"
              + " logits predicts; use cache none, prefix or dual");
    }
  }

  static Parameter parameter() {
    return Parameter.integer(
        CACHE_RELOADING_STEP, 8, 1, Integer.MAX_VALUE, "delayed cache: calls between full calls");
  }

  @Override
  public DecodeStep.Kind feed(Step step, Feed feed) {
    Canvas canvas = step.canvas();
    int length = canvas.length();
    isPartial = false;
    kept.clear();
    if (step.index() < 2 || step.index() % reload == 0) {
      feed.slice(canvas, 0, length);
      return DecodeStep.Kind.PREFILL;
    }
    feed.begin(canvas);
    isPartial = true;
    for (int position = 0; position < length; position++) {
      boolean isFresh = canvas.committedAt(position) == step.call() - 1;
      if (canvas.isMasked(position) || isFresh) {
        feed.add(canvas, position);
      } else if (position >= canvas.promptLength()) {
        kept.add(step.relative(position));
      }
    }
    feed.finish(length);
    return DecodeStep.Kind.DENOISE;
  }

  @Override
  public void describe(Step step) {
    step.detail("cached_response_positions", List.copyOf(kept));
    step.detail("prompt_cached", isPartial);
    step.detail("step_in_block", step.index());
  }
}

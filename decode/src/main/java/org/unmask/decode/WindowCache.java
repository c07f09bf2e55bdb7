package org.unmask.decode;

/**
 * A sliding prefix cache, as APD's (arXiv 2506.00413): everything from the leftmost mask of the
 * last call on is computed, and so many rows before it; what lies further back stays as it was.
 *
 * <p>With rules that go from left to right, a window of W computes the last step's tokens and the W
 * - 1 before them. Belongs to one sequence.
 */
final class WindowCache implements CachePolicy {

  static final String NAME = "window";
  static final String KV_WINDOW = "kv-window";

  private final int window;
  private int lastStart;

  WindowCache(DecodeOptions options) {
    window = options.integer(KV_WINDOW);
  }

  static Parameter parameter() {
    return Parameter.integer(
        KV_WINDOW, 16, 1, Integer.MAX_VALUE, "window cache: rows recomputed behind the masks");
  }

  @Override
  public DecodeStep.Kind feed(Step step, Feed feed) {
    Canvas canvas = step.canvas();
    int start = canvas.promptLength();
    while (start < canvas.length() && !canvas.isMasked(start)) {
      start++;
    }
    int predicting = start - step.context().denoiser().shift(); // the row that predicts the mask
    int left = step.call() == 0 ? 0 : Math.min(lastStart - window + 1, predicting);
    lastStart = start;
    feed.slice(canvas, Math.max(left, 0), canvas.length());
    return DecodeStep.Kind.DENOISE;
  }
}

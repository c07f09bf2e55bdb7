package org.unmask.decode;

import org.unmask.model.Predictions;
import org.unmask.model.Query;

/**
 * The frame of APD and its left-to-right baseline (arXiv 2506.00413): drafts all masks within a
 * lookahead, accepts a prefix of the draft, and goes on behind it until an end token.
 *
 * <p>With a window of W, rows further back than W positions before the last step's tokens stay in
 * the cache as they are; without one every call computes everything.
 */
abstract class WindowDecoding extends Decoding {

  private static final String KV_WINDOW = "kv-window";
  private static final String MAX_LOOKAHEAD = "max-lookahead";

  private final Feed feed;
  private final boolean isWindowed;
  private final int window;
  private final int lookahead;
  private final int[] drafts;
  private final int[] rows;
  private double[] scores = {};
  private int start;
  private int left;
  private int end;
  private int lastAccepted;
  private boolean isDrafted;
  private int draftStep;

  WindowDecoding(DecodeContext context) {
    super(context);
    DecodeOptions options = context.options();
    isWindowed = options.has(KV_WINDOW);
    window = isWindowed ? options.integer(KV_WINDOW) : 0;
    lookahead = options.has(MAX_LOOKAHEAD) ? options.integer(MAX_LOOKAHEAD) : canvas.length();
    feed = new Feed(isWindowed ? context.denoiser().newCache(canvas.length()) : null);
    drafts = new int[canvas.length()];
    rows = new int[canvas.length()];
    start = canvas.promptLength();
  }

  /** Adds the frame's options to an algorithm's. */
  static Algorithm.Builder options(Algorithm.Builder algorithm) {
    return algorithm
        .freeBlocks()
        .with(
            Parameter.integer(
                KV_WINDOW, null, 1, Integer.MAX_VALUE, "rows recomputed behind; default all"))
        .with(
            Parameter.integer(
                MAX_LOOKAHEAD, null, 1, Integer.MAX_VALUE, "most masks fed; default all"))
        .with(Categorical.topP())
        .with(Categorical.topK())
        .with(CommonOptions.eosId());
  }

  /** Returns the factor of the Gumbel noise added to the filtered {@code l / T} of the draft. */
  abstract double noiseScale();

  /** Asks for a second opinion on the draft; false if none is needed. */
  abstract boolean verify(Calls calls);

  /** Returns how many tokens of the draft are accepted, at least 1. */
  abstract int accept();

  final int start() {
    return start;
  }

  final int end() {
    return end;
  }

  final int[] drafts() {
    return drafts;
  }

  final Predictions draftPredictions() {
    return feed.query().predictions();
  }

  final double temperature() {
    return context.options().temperature();
  }

  /** Returns the number of the draft's call, for the noise. */
  final int draftStep() {
    return draftStep;
  }

  @Override
  final boolean plan(Calls calls) {
    if (isDrafted) {
      return verify(calls);
    }
    while (start < canvas.length() && !canvas.isMasked(start)) {
      start++;
    }
    if (start == canvas.length() || hasEnded()) {
      return false;
    }
    end = (int) Math.min((long) start + lookahead, canvas.length());
    boolean isFirst = accounting.steps() == 0;
    left = isFirst || !isWindowed ? 0 : Math.max(start - window - lastAccepted + 1, 0);
    feed.slice(canvas, left, end);
    for (int i = 0; i < end - start; i++) {
      rows[i] = start + i - left;
    }
    draftStep = accounting.steps();
    Query query = feed.query().predict(rows, end - start).wantLogits(true);
    suppressMask(query);
    call(DecodeStep.Kind.DENOISE, query, calls);
    return true;
  }

  private boolean hasEnded() {
    for (int position = canvas.promptLength(); position < canvas.length(); position++) {
      if (canvas.committedAt(position) >= 0 && context.isEnd(canvas.token(position))) {
        return true;
      }
    }
    return false;
  }

  @Override
  final void absorb() {
    if (!isDrafted) {
      draft();
      isDrafted = needsVerifier();
      if (isDrafted) {
        return;
      }
    }
    isDrafted = false;
    int accepted = accept();
    detail("t", start - canvas.promptLength());
    detail("left", left - canvas.promptLength());
    detail("right", end - canvas.promptLength());
    detail("dllm_queries", feed.count());
    detail("dllm_cached", left);
    detail("draft_len", end - start);
    detail("accepted", accepted);
    for (int i = 0; i < accepted; i++) {
      commit(start + i, drafts[i], draftPredictions().confidence(i));
    }
    lastAccepted = accepted;
    report(DecodeStep.Kind.DENOISE, 0, feed.offset(), feed.count());
  }

  /** Tells whether drafts are verified by another call. */
  boolean needsVerifier() {
    return true;
  }

  private void draft() {
    Predictions predictions = draftPredictions();
    if (temperature() == 0) {
      for (int i = 0; i < predictions.count(); i++) {
        drafts[i] = predictions.token(i);
      }
      return;
    }
    DecodeOptions options = context.options();
    Categorical filter =
        new Categorical(
            temperature(),
            options.number(Categorical.TOP_P),
            options.integer(Categorical.TOP_K),
            false);
    for (int i = 0; i < predictions.count(); i++) {
      int position = start + i;
      drafts[i] =
          filter.draw(
              predictions,
              i,
              context.suppressed(),
              v -> noiseScale() * context.gumbel(draftStep, position, v));
    }
  }
}

package org.unmask.decode;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Block diffusion as SDAR and TraDo decode (arXiv 2510.06303): {@link BlockRule} says what an inner
 * call of a block unmasks, {@link BlockwiseDecoding} which calls there are.
 *
 * <p>Unlike the release, a quota never exceeds the masks left, so no token is overwritten, and a
 * temperature of 0 is greedy.
 */
class BlockDiffusion extends BlockwiseDecoding {

  private static final String DENOISING_STEPS = "denoising-steps";
  private static final String STOPPING_CRITERIA_IDX = "stopping-criteria-idx";
  static final String CONFIDENCE_THRESHOLD = "confidence-threshold";

  static Algorithm.Builder options(Algorithm.Builder algorithm) {
    return algorithm
        .paper("SDAR", "2510.06303")
        .noOtherCache("blocks see no later block, so the exact cache of finished blocks serves")
        .freeBlocks()
        .with(CommonOptions.cache(List.of("block-exact")).withDefault("block-exact"))
        .withDefault(CommonOptions.BLOCK_LENGTH, 4)
        .with(
            Parameter.integer(
                DENOISING_STEPS, null, 1, 100000, "calls per block; default block-length"))
        .with(
            Parameter.number(
                CONFIDENCE_THRESHOLD, 0.85, 0, 1, "certainty to exceed, of the dynamic rule"))
        .with(Categorical.topP())
        .with(Categorical.topK())
        .with(
            Parameter.integers(
                STOPPING_CRITERIA_IDX, List.of(), "tokens that end decoding; none by default"));
  }

  final Categorical proposer;
  private final BlockRule rule;
  private final double threshold;
  private final int steps;
  private final List<Integer> stops;
  private final Picks picks = new Picks();
  private final boolean[] taken;

  BlockDiffusion(DecodeContext context, BlockRule rule) {
    this(context, rule, 0);
  }

  /**
   * Starts a sequence.
   *
   * @param extraSlots cache rows beyond the canvas
   */
  BlockDiffusion(DecodeContext context, BlockRule rule, int extraSlots) {
    super(context, extraSlots);
    DecodeOptions options = context.options();
    this.rule = rule;
    threshold = options.number(CONFIDENCE_THRESHOLD);
    steps = options.has(DENOISING_STEPS) ? options.integer(DENOISING_STEPS) : blockLength;
    stops = options.integers(STOPPING_CRITERIA_IDX);
    taken = new boolean[blockLength];
    proposer =
        new Categorical(
            options.temperature(),
            options.number(Categorical.TOP_P),
            options.integer(Categorical.TOP_K),
            true);
  }

  @Override
  boolean wantsLogits() {
    return !proposer.isPlain();
  }

  @Override
  @Nullable TokenProposer proposer() {
    return proposer.isPlain() || !isInner() ? null : proposer;
  }

  @Override
  final void act() {
    if (isInner()) {
      Arrays.fill(taken, false);
      denoise();
    }
    if (isRecorded()) {
      boolean isPrefill = !isInner() && !isStoring();
      detail("absolute_block", isPrefill ? 0 : step.blockStart() / blockLength);
      detail("stores_kv", !isInner());
      detail("block_start", step.relative(feed.offset()));
    }
  }

  /** Acts on the predictions of an inner call. */
  void denoise() {
    unmaskByRule(step.index());
  }

  /** Unmasks a row, ahead of the rule. */
  final void take(int row, int token) {
    taken[row] = true;
    commit(step.position(row), token, step.confidence(row));
  }

  final boolean isTaken(int row) {
    return taken[row];
  }

  /**
   * Unmasks positions by the rule until the quota of a step is reached, never more than there are;
   * rows that were taken count.
   */
  final void unmaskByRule(int index) {
    int quota = Schedule.EVEN.quota(index, steps, blockLength, step.candidates());
    picks.clear();
    rule.select(step, taken, quota, threshold, picks);
    for (int i = 0; i < picks.count(); i++) {
      unmask(picks.row(i));
    }
  }

  final boolean isStop(int token) {
    return stops.contains(token);
  }

  @Override
  boolean hasEnded() {
    boolean hasStop = false;
    for (int p = canvas.promptLength(); isStoring() && p < canvas.length(); p++) {
      hasStop |= isStop(canvas.token(p));
    }
    return hasStop;
  }
}

package org.unmask.decode;

import java.util.List;

/**
 * AdaBlock (arXiv 2509.26432): a block ends right after the surest delimiter that its first call
 * predicts in a window of a quarter of the answer, if that is sure enough, else at the default
 * length. Inside, the threshold rule.
 *
 * @param genLength tokens of the answer, G
 * @param defaultLength block length without a delimiter
 * @param threshold least probability of the delimiter
 * @param delimiters token ids that may end a block
 */
record AdaBlock(int genLength, int defaultLength, double threshold, List<Integer> delimiters)
    implements BlockPlan {

  private static final String INIT_BLOCK_LENGTH = "init-block-length";
  private static final String DELIMITER_IDS = "delimiter-ids";
  private static final String DELIMITER_THRESHOLD = "delimiter-threshold";

  static final Algorithm ALGORITHM =
      Algorithm.named("adablock", "blocks that end at delimiters, threshold inside")
          .paper("AdaBlock", "2509.26432")
          .anyCache()
          .freeBlocks()
          .with(Threshold.parameter(0.9))
          .with(
              Parameter.integer(
                  INIT_BLOCK_LENGTH, 32, 1, Integer.MAX_VALUE, "block length without delimiter"))
          .with(
              Parameter.integers(
                  DELIMITER_IDS, null, "tokens that end a block; default the model's newline"))
          .with(
              Parameter.number(
                  DELIMITER_THRESHOLD, 0.3, 0, 1, "least certainty of a delimiter to end a block"))
          .madeOf(
              context -> {
                DecodeOptions options = context.options();
                AdaBlock blocks =
                    new AdaBlock(
                        options.genLength(),
                        options.integer(INIT_BLOCK_LENGTH),
                        options.number(DELIMITER_THRESHOLD),
                        delimiters(context));
                Threshold policy = new Threshold(options.number(Threshold.THRESHOLD));
                return Strategy.of(options, policy).withBlocks(blocks);
              });

  private static List<Integer> delimiters(DecodeContext context) {
    List<Integer> known = context.resources().delimiters();
    if (!context.options().has(DELIMITER_IDS) && known.isEmpty()) {
      throw new IllegalArgumentException(
          "algorithm adablock does not know the model's delimiters; give option delimiter-ids");
    }
    return context.options().has(DELIMITER_IDS) ? context.options().integers(DELIMITER_IDS) : known;
  }

  private int window(Canvas canvas, int start) {
    return Math.min(genLength / 4, canvas.length() - start);
  }

  private int usualEnd(Canvas canvas, int start) {
    return Math.min(start + defaultLength, canvas.length());
  }

  /** The window too must be predicted, so at first the block reaches that far. */
  @Override
  public int end(Canvas canvas, int start) {
    return Math.max(start + window(canvas, start), usualEnd(canvas, start));
  }

  @Override
  public void describe(Step step) {
    step.detail("block_start", step.relative(step.blockStart()));
    step.detail("block_end", step.relative(step.blockEnd()));
  }

  @Override
  public int settle(Step step) {
    int window = window(step.canvas(), step.blockStart());
    int best = -1;
    for (int i = 0; i < step.candidates(); i++) {
      int row = step.candidate(i);
      if (step.position(row) >= step.blockStart()
          && step.position(row) < step.blockStart() + window
          && delimiters.contains(step.token(row))
          && (best < 0 || step.confidence(row) > step.confidence(best))) {
        best = row;
      }
    }
    if (step.isRecorded()) {
      step.detail("window", window);
      if (best >= 0) {
        step.detail("delimiter_position", step.relative(step.position(best)));
        step.detail("delimiter_confidence", step.confidence(best));
      }
    }
    return best >= 0 && step.confidence(best) >= threshold
        ? step.position(best) + 1
        : usualEnd(step.canvas(), step.blockStart());
  }
}

package org.unmask.decode;

import java.util.ArrayList;
import java.util.List;
import org.unmask.decode.DraftQuery.Fill;

/**
 * FreeDave (arXiv 2510.00294): lossless drafts. From one call's predictions nested drafts are made,
 * each with one more token; one call runs all of them side by side and says of each what the greedy
 * step after it would be. Drafts are accepted along the chain in which each is the greedy successor
 * of the one before, so the result is that of one token per step, in fewer calls.
 *
 * <p>With a threshold the first draft is the threshold step and a draft follows another if the
 * threshold step after that contains it. As released, there are as many drafts as asked for even if
 * the first ones fill the block. The last mask of a block is filled without a call.
 */
final class FreeDave {

  private static final String ORDER = "order";
  private static final String DRAFT_STEPS = "draft-steps";

  static final Algorithm ALGORITHM =
      Algorithm.named("freedave", "drafts of the network itself, without loss")
          .paper("FreeDave", "2510.00294")
          .with(CommonOptions.cache(List.of("prefix", "dual")).withDefault("dual"))
          .withDefault(CommonOptions.BLOCK_LENGTH, 32)
          .with(Parameter.integer(DRAFT_STEPS, 4, 1, 1000, "drafts per call"))
          .with(
              Parameter.number(
                  BlockDiffusion.CONFIDENCE_THRESHOLD,
                  null,
                  0,
                  1,
                  "follow the threshold rule instead of one token per step"))
          .with(
              Parameter.choice(
                  ORDER,
                  "confidence",
                  List.of("confidence", "left-to-right"),
                  "which token the plain decoder takes next"))
          .check(CommonOptions::checkGreedy)
          .startedBy(DraftDecoding::new);

  private final int draftSteps;
  private final boolean isLeftToRight;
  private final double threshold;

  FreeDave(DecodeOptions options) {
    draftSteps = Math.min(options.integer(DRAFT_STEPS), options.blockLength());
    isLeftToRight = options.word(ORDER).equals("left-to-right");
    boolean hasThreshold = options.has(BlockDiffusion.CONFIDENCE_THRESHOLD);
    threshold =
        hasThreshold
            ? options.number(BlockDiffusion.CONFIDENCE_THRESHOLD)
            : Double.POSITIVE_INFINITY;
  }

  /** Returns how many drafts there are at most. */
  int draftSteps() {
    return draftSteps;
  }

  /** Orders what a call proposes, given by position, as the plain decoder takes it. */
  void sort(List<Fill> fills) {
    if (!isLeftToRight) { // stable: ties by position
      fills.sort((a, b) -> Double.compare(b.confidence(), a.confidence()));
    }
  }

  /** Returns how many of the proposals one step of the plain decoder takes. */
  private int greedy(List<Fill> fills) {
    return Math.max(1, (int) fills.stream().filter(f -> f.confidence() >= threshold).count());
  }

  /** Makes nested drafts: the plain step, then one more token each. */
  List<List<Fill>> drafts(List<Fill> proposals) {
    int first = greedy(proposals);
    List<List<Fill>> made = new ArrayList<>();
    for (int j = 0; j < Math.min(draftSteps, proposals.size()); j++) {
      made.add(proposals.subList(0, Math.min(first + j, proposals.size())));
    }
    return made;
  }

  /**
   * Returns the draft that is accepted: from the first on always the longest that follows.
   *
   * @param after what is proposed after each draft, ordered
   */
  int accepted(List<List<Fill>> drafts, List<List<Fill>> after) {
    int best = 0;
    for (int found = best; found >= 0; ) {
      best = found;
      found = -1;
      for (int j = drafts.size() - 1; j > best && found < 0; j--) {
        found = follows(drafts.get(j), drafts.get(best), after.get(best)) ? j : -1;
      }
    }
    return best;
  }

  /** Tells whether a draft is contained in the plain step made after another. */
  private boolean follows(List<Fill> draft, List<Fill> before, List<Fill> after) {
    List<Fill> step = after.isEmpty() ? after : after.subList(0, greedy(after));
    return draft.subList(before.size(), draft.size()).stream()
        .allMatch(
            fill ->
                step.stream()
                    .anyMatch(f -> f.position() == fill.position() && f.token() == fill.token()));
  }
}

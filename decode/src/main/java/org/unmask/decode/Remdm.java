package org.unmask.decode;

import java.util.List;
import java.util.TreeMap;

/**
 * ReMDM for LLaDA (arXiv 2503.00307): late in every block some extra steps set the least sure
 * tokens of the block back to the mask and unmask as many again. A token is as sure as when it was
 * unmasked.
 *
 * <p>Variant {@code parallelbench}: the extra steps come after 7/8 of the block's length counted in
 * steps, or at the end if the block has fewer steps. Variant {@code authors}: a block has as many
 * extra steps as ordinary ones, after 7/8 of its length even if it is full by then, each ordinary
 * step unmasks {@code gen-length / steps}, and decoding ends after a block once there is an end
 * token. The authors sample, {@code --temperature 1}, and use one block with a step per token.
 *
 * @param extra extra steps per block; -1 for as many as there are ordinary ones, the authors' way
 * @param number tokens set back at each
 */
record Remdm(int extra, int number) implements UnmaskPolicy, Remasker, StopRule {

  private static final String REMDM_STEPS = "remdm-steps";
  private static final String REMDM_NUMBER = "remdm-number";
  private static final String VARIANT = "variant";

  static final Algorithm ALGORITHM =
      Algorithm.named("remdm", "most probable first, late tokens tried again")
          .paper("ReMDM", "2503.00307")
          .caches("similarity")
          .noOtherCache("the rule reopens positions, which the cache may not compute")
          .with(
              Parameter.integer(
                  REMDM_STEPS, 8, 0, Integer.MAX_VALUE, "extra remasking steps per block"))
          .with(
              Parameter.integer(
                  REMDM_NUMBER, 1, 1, Integer.MAX_VALUE, "tokens remasked at each of them"))
          .with(
              Parameter.choice(
                  VARIANT,
                  "parallelbench",
                  List.of("parallelbench", "authors"),
                  "whose schedule; the authors' takes no remdm-steps"))
          .scheduled()
          .check(CommonOptions::checkStepsNotAboveTokens)
          .check(Remdm::checkQuota)
          .madeOf(
              context -> {
                DecodeOptions options = context.options();
                int extra = isAuthors(options) ? -1 : options.integer(REMDM_STEPS);
                Remdm rule = new Remdm(extra, options.integer(REMDM_NUMBER));
                return Strategy.of(options, rule)
                    .withRemasker(rule)
                    .withStop(rule)
                    .holdingBlock(step -> step.index() < step.stepsPerBlock() + rule.extra(step));
              });

  private static boolean isAuthors(DecodeOptions options) {
    return options.word(VARIANT).equals("authors");
  }

  private static void checkQuota(DecodeOptions options) {
    if (isAuthors(options) && options.genLength() % options.steps() != 0) {
      throw new IllegalArgumentException(
          "variant authors unmasks the same number at each step, and steps "
              + options.steps()
              + " do not divide generation length "
              + options.genLength()
              + "; use one that does");
    }
  }

  private int extra(Step step) {
    return extra < 0 ? step.stepsPerBlock() : extra;
  }

  private int insertedAt(Step step) {
    int length = step.blockEnd() - step.blockStart();
    int wanted = Math.max(Math.min(length * 7 / 8, length - 1), 1);
    return extra < 0 ? length * 7 / 8 : Math.min(wanted, step.stepsPerBlock());
  }

  private boolean isExtra(Step step) {
    int at = insertedAt(step);
    return step.index() >= at && step.index() < at + extra(step);
  }

  @Override
  public void prepare(Step step, Edits edits) {
    step.detail("remask_step", isExtra(step));
    if (!isExtra(step)) {
      return;
    }
    Canvas canvas = step.canvas();
    TreeMap<Integer, Double> remasked = new TreeMap<>();
    for (int n = 0; n < number; n++) {
      int worst = -1;
      for (int position = step.blockStart(); position < step.blockEnd(); position++) {
        if (!canvas.isMasked(position)
            && canvas.committedAt(position) >= 0
            && (worst < 0 || canvas.confidence(position) < canvas.confidence(worst))) {
          worst = position;
        }
      }
      if (worst >= 0) {
        edits.remask(worst);
        remasked.put(worst, canvas.confidence(worst));
      }
    }
    if (!remasked.isEmpty()) {
      step.detail("remasked_cached_confidence", List.copyOf(remasked.values()));
    }
  }

  @Override
  public void select(Step step, Picks picks) {
    int quota = number;
    if (!isExtra(step)) {
      int ordinary = step.index() < insertedAt(step) ? step.index() : step.index() - extra;
      int steps = step.stepsPerBlock();
      quota =
          extra < 0
              ? (step.blockEnd() - step.blockStart()) / steps
              : Schedule.EVEN.quota(ordinary, steps, step.masksAtEntry(), step.candidates());
    }
    for (int rank = 0; rank < Math.min(quota, step.candidates()); rank++) {
      picks.add(step.ranked(rank));
    }
  }

  @Override
  public void revise(Step step, Edits edits) {}

  @Override
  public boolean stops(Step step, Edits edits) {
    boolean isEnd = extra < 0 && step.index() + 1 == 2 * step.stepsPerBlock();
    boolean hasEnd = false;
    for (int p = step.canvas().promptLength(); isEnd && p < step.blockEnd(); p++) {
      hasEnd |= step.context().isEnd(step.canvas().token(p));
    }
    return hasEnd;
  }
}

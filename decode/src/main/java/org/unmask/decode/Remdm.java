package org.unmask.decode;

import java.util.List;
import java.util.TreeMap;

/**
 * ReMDM for LLaDA (arXiv 2503.00307, in ParallelBench's form): late in every block some extra steps
 * set the least sure tokens of the block back to the mask and unmask as many again. A token is as
 * sure as when it was unmasked.
 *
 * <p>The extra steps come after 7/8 of the block's length counted in steps, or at the end if the
 * block has fewer steps.
 *
 * @param extra extra steps per block
 * @param number tokens set back at each
 */
record Remdm(int extra, int number) implements UnmaskPolicy, Remasker {

  private static final String REMDM_STEPS = "remdm-steps";
  private static final String REMDM_NUMBER = "remdm-number";

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
          .scheduled()
          .check(CommonOptions::checkStepsNotAboveTokens)
          .madeOf(
              context -> {
                DecodeOptions options = context.options();
                Remdm rule = new Remdm(options.integer(REMDM_STEPS), options.integer(REMDM_NUMBER));
                return Strategy.of(options, rule)
                    .withRemasker(rule)
                    .holdingBlock(step -> step.index() < step.stepsPerBlock() + rule.extra);
              });

  private static int insertedAt(Step step) {
    int length = step.blockEnd() - step.blockStart();
    int wanted = Math.max(Math.min(length * 7 / 8, length - 1), 1);
    return Math.min(wanted, step.stepsPerBlock());
  }

  private boolean isExtra(Step step) {
    int at = insertedAt(step);
    return step.index() >= at && step.index() < at + extra;
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
      quota =
          Schedule.EVEN.quota(
              ordinary, step.stepsPerBlock(), step.masksAtEntry(), step.candidates());
    }
    for (int rank = 0; rank < Math.min(quota, step.candidates()); rank++) {
      picks.add(step.ranked(rank));
    }
  }

  @Override
  public void revise(Step step, Edits edits) {}
}

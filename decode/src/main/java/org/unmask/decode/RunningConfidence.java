package org.unmask.decode;

import java.util.ArrayList;
import java.util.List;

/**
 * RCR, running confidence remasking (MDPO, arXiv 2508.13148): unmasks everything at every step and
 * sets the least sure positions back to the mask, as many as the rest of the schedule is to unmask.
 * A position is as sure as it was when it was last unmasked.
 *
 * <p>As in the released code positions of earlier blocks may be reopened, unless {@code scope
 * block} keeps to the current one. Unlike there, positions never unmasked cannot be chosen; in the
 * release they tie with saturated ones, and prompt tokens can be lost.
 */
final class RunningConfidence implements UnmaskPolicy, Remasker {

  private static final String MODE = "mode";
  private static final String SCOPE = "scope";

  static final Algorithm ALGORITHM =
      Algorithm.named("rcr", "unmask all, remask the least sure")
          .paper("MDPO", "2508.13148")
          .caches("similarity")
          .noOtherCache(
              "the rule reopens positions of earlier blocks, which the cache would not compute")
          .with(
              Parameter.choice(
                  MODE,
                  "linear",
                  List.of("linear", "cosine", "pow2", "pow3", "log", "exp"),
                  "how the share of masks falls with the steps"))
          .with(
              Parameter.choice(
                  SCOPE, "row", List.of("row", "block"), "whether earlier blocks may be reopened"))
          .with(
              Parameter.choice(
                  "overtime-conf",
                  "true",
                  List.of("true"),
                  "judge by the confidence when unmasked"))
          .scheduled()
          .check(CommonOptions::checkStepsNotAboveTokens)
          .madeOf(
              context -> {
                boolean isOfBlock = context.options().word(SCOPE).equals("block");
                RunningConfidence rule =
                    new RunningConfidence(context.options().word(MODE), isOfBlock);
                return Strategy.of(context.options(), rule).withRemasker(rule);
              });

  private final String mode;
  private final boolean isOfBlock;

  RunningConfidence(String mode, boolean isOfBlock) {
    this.mode = mode;
    this.isOfBlock = isOfBlock;
  }

  @Override
  public void select(Step step, Picks picks) {
    for (int i = 0; i < step.candidates(); i++) {
      picks.add(step.candidate(i));
    }
  }

  @Override
  public void revise(Step step, Edits edits) {
    int later = masksAfter(step.index() + 1, step.stepsPerBlock(), step.masksAtEntry());
    Canvas canvas = step.canvas();
    int[] known = new int[canvas.length()];
    double[] doubt = new double[canvas.length()];
    int count = 0;
    int from = isOfBlock ? step.blockStart() : canvas.promptLength();
    for (int position = from; position < canvas.length(); position++) {
      if (!Double.isNaN(canvas.confidence(position))) {
        doubt[position] = -canvas.confidence(position);
        known[count++] = position;
      }
    }
    Sorting.byScoreDescending(known, count, doubt);
    int reopened = 0;
    for (int i = 0; i < Math.min(later, count); i++) {
      edits.remask(known[i]);
      reopened += known[i] < step.blockStart() ? 1 : 0;
    }
    step.detail("reopened_earlier_block", reopened);
    if (step.isRecorded() && step.index() == 0) {
      step.detail("quotas", quotas(step.stepsPerBlock(), step.masksAtEntry()));
    }
  }

  /** Returns how many positions each step would unmask if nothing were set back. */
  List<Integer> quotas(int steps, int tokens) {
    List<Integer> quotas = new ArrayList<>();
    for (int i = 0; i < steps; i++) {
      quotas.add(masksAfter(i, steps, tokens) - masksAfter(i + 1, steps, tokens));
    }
    return quotas;
  }

  /** Returns how many of n masks are left after i of T steps; all at the start. */
  private int masksAfter(int i, int steps, int tokens) {
    if (i == 0) {
      return tokens;
    }
    double r = (double) i / steps;
    double share =
        switch (mode) {
          case "linear" -> 1 - r;
          case "cosine" -> StrictMath.cos(StrictMath.PI * r / 2);
          case "pow2" -> 1 - r * r;
          case "pow3" -> 1 - r * r * r;
          case "log" -> -log2(r) / log2(tokens);
          case "exp" -> 1 - StrictMath.pow(2, -log2(tokens) * (1 - r));
          default -> throw new IllegalStateException("no schedule is called " + mode);
        };
    return (int) Math.floor(tokens * Math.clamp(share, 1e-6, 1));
  }

  private static double log2(double x) {
    return StrictMath.log(x) / StrictMath.log(2);
  }
}

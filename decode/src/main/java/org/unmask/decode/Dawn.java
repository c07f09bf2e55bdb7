package org.unmask.decode;

import java.util.List;
import java.util.stream.IntStream;

/**
 * DAWN (arXiv 2602.06953): unmasks together what is sure (a), what depends on sure committed
 * positions (b), and of the fairly sure rest a set in which no two depend on each other (c).
 * Dependence is attention, averaged over heads and the last layers, without keys that everybody
 * attends to (sinks).
 *
 * <p>The released code keeps picking the first prompt position once conflicts have removed
 * candidates, and so overwrites it; the option {@code dawn-bos} repeats that.
 */
final class Dawn implements UnmaskPolicy, Remasker {

  static final String ATTENTION_LAYERS = "attention-layers";
  private static final String TAU_SINK = "tau-sink";
  private static final String TAU_EDGE = "tau-edge";
  private static final String TAU_INDUCE = "tau-induce";
  private static final String TAU_LOW = "tau-low";
  private static final String QUIRK = "dawn-bos";

  static final Algorithm ALGORITHM =
      Algorithm.named("dawn", "what is sure, what follows from it, and what is independent")
          .paper("DAWN", "2602.06953")
          .noOtherCache("the rule reads the attention of all rows")
          .withDefault(CommonOptions.BLOCK_LENGTH, 32)
          .with(Threshold.parameter(0.9))
          .with(Parameter.number(TAU_SINK, 0.01, 0, 1, "mean attention that makes a key a sink"))
          .with(Parameter.number(TAU_EDGE, 0.07, 0, 1, "attention that makes a dependence"))
          .with(Parameter.number(TAU_INDUCE, 0.7, 0, 1, "certainty of a position that follows"))
          .with(Parameter.number(TAU_LOW, 0.7, 0, 1, "certainty of an independent position"))
          .with(attentionLayers())
          .with(Parameter.flag(QUIRK, false, "overwrite the first prompt token as released"))
          .madeOf(
              context -> {
                Dawn rule = new Dawn(context.options());
                return Strategy.of(context.options(), rule).withRemasker(rule);
              });

  static Parameter attentionLayers() {
    return Parameter.integer(
        ATTENTION_LAYERS, 4, 1, 1000, "last layers whose attention is averaged");
  }

  private final DecodeOptions options;
  private final double threshold;
  private final AttentionGraph graph;
  private int firstPromptRow = -1;

  private Dawn(DecodeOptions options) {
    this.options = options;
    threshold = options.number(Threshold.THRESHOLD);
    graph = new AttentionGraph(options.number(TAU_SINK), options.number(TAU_EDGE));
  }

  @Override
  public int attentionLayersWanted() {
    return options.integer(ATTENTION_LAYERS);
  }

  /** Committed positions too must be sure, the prompt's included. */
  @Override
  public boolean predicts(Step step, int position) {
    return position < step.blockEnd();
  }

  @Override
  public void select(Step step, Picks picks) {
    graph.read(step);
    boolean[] isSure = new boolean[step.rows()];
    boolean[] isInduced = new boolean[step.rows()];
    boolean[] isBlocked = new boolean[step.rows()];
    for (int i = 0; i < step.candidates(); i++) {
      int row = step.candidate(i);
      isSure[row] = step.score(row) >= threshold;
      isInduced[row] = step.score(row) >= options.number(TAU_INDUCE) && followsFromSure(step, row);
    }
    for (int i = 0; i < step.candidates(); i++) {
      int row = step.candidate(i);
      for (int j = 0; j < step.candidates(); j++) {
        int other = step.candidate(j);
        isBlocked[row] |= isSure[other] && isInduced[other] && graph.depends(step, row, other);
      }
    }
    Picks independent = new Picks();
    int knockedOut = independent(step, isSure, isInduced, isBlocked, independent);
    for (int i = 0; i < step.candidates(); i++) {
      int row = step.candidate(i);
      if (isSure[row] || isInduced[row] || independent.contains(row)) {
        picks.add(row);
      }
    }
    if (picks.count() == 0) {
      picks.add(step.ranked(0));
    }
    firstPromptRow = options.flag(QUIRK) && knockedOut > 0 ? 0 : -1;
    if (step.isRecorded()) {
      step.detail("confident", listed(step, isSure));
      step.detail("induced", listed(step, isInduced));
      step.detail("independent", positions(step, independent, firstPromptRow));
      step.detail("selected", positions(step, picks, firstPromptRow));
    }
  }

  private boolean followsFromSure(Step step, int row) {
    for (int other = 0; other < step.rows(); other++) {
      if (!step.canvas().isMasked(step.position(other))
          && step.predictions().top(other) >= threshold
          && graph.depends(step, row, other)) {
        return true;
      }
    }
    return false;
  }

  /** Picks greedily what is in no conflict; returns how many candidates conflicts removed. */
  private int independent(
      Step step, boolean[] isSure, boolean[] isInduced, boolean[] isBlocked, Picks out) {
    int removed = 0;
    for (int rank = 0; rank < step.candidates(); rank++) {
      int row = step.ranked(rank);
      if (isSure[row]
          || isInduced[row]
          || isBlocked[row]
          || step.score(row) < options.number(TAU_LOW)) {
        continue;
      }
      boolean isFree = true;
      for (int i = 0; i < out.count(); i++) {
        isFree &= !graph.depends(step, row, out.row(i)) && !graph.depends(step, out.row(i), row);
      }
      if (isFree) {
        out.add(row);
      } else {
        removed++;
      }
    }
    return removed;
  }

  @Override
  public void revise(Step step, Edits edits) {
    if (firstPromptRow >= 0) {
      edits.overwritePrompt(0, step.token(firstPromptRow), step.confidence(firstPromptRow));
      firstPromptRow = -1;
    }
  }

  private static List<Integer> listed(Step step, boolean[] isIn) {
    return step.relatives(IntStream.range(0, isIn.length).filter(row -> isIn[row]));
  }

  private static List<Integer> positions(Step step, Picks picks, int alsoRow) {
    IntStream also = alsoRow < 0 ? IntStream.empty() : IntStream.of(alsoRow);
    return step.relatives(IntStream.concat(also, picks.ascending()));
  }
}

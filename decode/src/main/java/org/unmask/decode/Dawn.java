package org.unmask.decode;

import java.util.BitSet;
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

  private final double threshold;
  private final double tauInduce;
  private final double tauLow;
  private final int layers;
  private final boolean hasQuirk;
  private final AttentionGraph graph;
  private final BitSet sure = new BitSet();
  private final BitSet induced = new BitSet();
  private final BitSet independent = new BitSet();
  private boolean overwrites;

  private Dawn(DecodeOptions options) {
    threshold = options.number(Threshold.THRESHOLD);
    tauInduce = options.number(TAU_INDUCE);
    tauLow = options.number(TAU_LOW);
    layers = options.integer(ATTENTION_LAYERS);
    hasQuirk = options.flag(QUIRK);
    graph = new AttentionGraph(options.number(TAU_SINK), options.number(TAU_EDGE));
  }

  @Override
  public int attentionLayersWanted() {
    return layers;
  }

  /** Committed positions too must be sure, the prompt's included. */
  @Override
  public boolean predicts(Step step, int position) {
    return position < step.blockEnd();
  }

  @Override
  public void select(Step step, Picks picks) {
    graph.read(step);
    sure.clear();
    induced.clear();
    for (int i = 0; i < step.candidates(); i++) {
      int row = step.candidate(i);
      sure.set(row, step.score(row) >= threshold);
      induced.set(row, step.score(row) >= tauInduce && followsFromSure(step, row));
    }
    overwrites = chooseIndependent(step) && hasQuirk;
    for (int i = 0; i < step.candidates(); i++) {
      int row = step.candidate(i);
      if (sure.get(row) || induced.get(row) || independent.get(row)) {
        picks.add(row);
      }
    }
    if (picks.count() == 0) {
      picks.add(step.ranked(0));
    }
    if (step.isRecorded()) {
      int[] also = overwrites ? new int[1] : new int[0]; // the first row
      step.detail("confident", step.relatives(sure.stream()));
      step.detail("induced", step.relatives(induced.stream()));
      step.detail(
          "independent",
          step.relatives(IntStream.concat(IntStream.of(also), independent.stream())));
      step.detail(
          "selected", step.relatives(IntStream.concat(IntStream.of(also), picks.ascending())));
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

  /** Picks greedily what is in no conflict; tells whether a conflict removed a candidate. */
  private boolean chooseIndependent(Step step) {
    independent.clear();
    boolean hasRemoved = false;
    for (int rank = 0; rank < step.candidates(); rank++) {
      int row = step.ranked(rank);
      boolean isOpen = !sure.get(row) && !induced.get(row) && step.score(row) >= tauLow;
      if (isOpen && !followsFromInduced(step, row)) {
        boolean isFree = independent.stream().noneMatch(r -> graph.conflicts(step, row, r));
        independent.set(row, isFree);
        hasRemoved |= !isFree;
      }
    }
    return hasRemoved;
  }

  private boolean followsFromInduced(Step step, int row) {
    return induced.stream().anyMatch(r -> sure.get(r) && graph.depends(step, row, r));
  }

  @Override
  public void revise(Step step, Edits edits) {
    if (overwrites) {
      edits.overwritePrompt(0, step.token(0), step.confidence(0));
      overwrites = false;
    }
  }
}

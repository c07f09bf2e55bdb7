package org.unmask.decode;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Learn2PD (arXiv 2509.25188): a small trained filter reads the certainties of a block and says
 * which predictions will last; they are unmasked together with the step's quota of the best ones.
 *
 * <p>{@link EndOfText} cuts the canvas off. Belongs to one sequence.
 */
final class Learn2Pd implements UnmaskPolicy {

  private static final String ACCEPT_THRESHOLD = "accept-threshold";
  private static final String FILTER = "filter";

  static List<Algorithm> algorithms() {
    return List.of(
        algorithm("learn2pd", "what a trained filter accepts, and the best", "none", true),
        algorithm("learn2pd-eotp", "the same, cut off at the end of the text", "paper", true),
        algorithm("eotp", "most probable first, cut off at the end of the text", "paper", false));
  }

  private static Algorithm algorithm(String id, String title, String eotp, boolean isFiltered) {
    Algorithm.Builder builder =
        Algorithm.named(id, title)
            .paper("Learn2PD", "2509.25188")
            .caches("prefix", "dual", "similarity")
            .noOtherCache("the filter reads the certainties of the whole block")
            .withDefault(CommonOptions.BLOCK_LENGTH, FilterModel.WIDTH)
            .with(EndOfText.parameter(eotp))
            .with(CommonOptions.eosId())
            .scheduled()
            .check(CommonOptions::checkStepsNotAboveTokens);
    if (isFiltered) {
      builder
          .with(
              Parameter.number(
                  ACCEPT_THRESHOLD, 0.96, 0, 1, "filter's output that accepts, strictly above"))
          .with(
              Parameter.resource(
                  FILTER, "trained filter, a file or folder; default the model's own"));
    }
    return builder.madeOf(
        context -> {
          Learn2Pd rule = new Learn2Pd(context, isFiltered);
          return Strategy.of(context.options(), rule).withStop(rule.end);
        });
  }

  private final @Nullable FilterModel filter;
  private final double threshold;
  private final EndOfText end;
  private final float[] features;

  private Learn2Pd(DecodeContext context, boolean isFiltered) {
    filter = isFiltered ? filter(context) : null;
    features = new float[filter == null ? 0 : filter.width()];
    threshold = isFiltered ? context.options().number(ACCEPT_THRESHOLD) : 1;
    end = new EndOfText(context);
  }

  private static FilterModel filter(DecodeContext context) {
    FilterModel filter = context.resources().filter();
    int blockLength = context.options().blockLength();
    if (blockLength > filter.width()) {
      throw new IllegalArgumentException(
          "block length "
              + blockLength
              + " exceeds the filter's width; use "
              + filter.width()
              + " or fewer, or a filter for longer blocks");
    }
    return filter;
  }

  /** The filter reads the whole block; the released EoTP, without a cache, reads all masks. */
  @Override
  public boolean predicts(Step step, int position) {
    return (position >= step.blockStart() && position < step.blockEnd())
        || (step.canvas().isMasked(position)
            && (position < step.blockEnd() || end.readsAllMasks()));
  }

  @Override
  public void select(Step step, Picks picks) {
    if (filter != null) {
      accept(step, filter, picks);
    }
    end.predict(step, picks);
    int quota =
        Schedule.EVEN.quota(
            step.index(), step.stepsPerBlock(), step.masksAtEntry(), step.candidates());
    for (int rank = 0; rank < quota; rank++) {
      if (!picks.contains(step.ranked(rank))) {
        picks.add(step.ranked(rank));
      }
    }
    if (step.isRecorded()) {
      step.detail("masked", step.candidates());
      step.detail("top1", step.relative(step.position(step.ranked(0))));
    }
  }

  private void accept(Step step, FilterModel filter, Picks picks) {
    int count = 0;
    int first = 0;
    for (int row = 0; row < step.rows(); row++) {
      int position = step.position(row);
      if (position < step.blockStart()) {
        first = row + 1;
      } else if (position < step.blockEnd()) {
        features[count++] = (float) step.predictions().top(row);
      }
    }
    float[] logits = filter.logits(features, count);
    for (int i = 0; i < count; i++) {
      int position = step.position(first + i);
      if (FilterModel.probability(logits[i]) > threshold && step.canvas().isMasked(position)) {
        picks.add(first + i);
      }
    }
    if (step.isRecorded()) {
      step.detail("features", listed(features, count));
      step.detail("filter_logits", listed(logits, count));
      step.detail("accepted_by_filter", step.relatives(picks.ascending()));
    }
  }

  private static List<Double> listed(float[] values, int count) {
    List<Double> list = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      list.add((double) values[i]);
    }
    return list;
  }
}

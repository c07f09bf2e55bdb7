package org.unmask.decode;

import java.util.List;

/**
 * LLaDA's sampler (arXiv 2502.09992): the same number of tokens at every step of a block, those
 * with the best score first.
 *
 * <p>With the random score only the order is random; the tokens are still the most probable ones.
 * All steps are made; nothing ends at an end token.
 */
final class LladaSampler {

  private LladaSampler() {}

  static List<Algorithm> algorithms() {
    return List.of(
        with("llada-low-confidence", "most probable tokens first", Score.CONFIDENCE),
        with("llada-random", "random positions first", Score.RANDOM),
        with("llada-margin", "largest margin between the best two tokens first", Score.MARGIN),
        with("llada-entropy", "lowest entropy first", Score.ENTROPY));
  }

  private static Algorithm with(String id, String title, Score score) {
    return Algorithm.named(id, title)
        .paper("LLaDA", "2502.09992")
        .anyCache()
        .with(Guidance.parameter())
        .check(Guidance::check)
        .scheduled()
        .check(CommonOptions::checkStepsNotAboveTokens)
        .madeOf(
            context -> Strategy.of(context.options(), new TopK(Schedule.EVEN)).withScorer(score));
  }
}

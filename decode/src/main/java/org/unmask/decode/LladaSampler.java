package org.unmask.decode;

import java.util.List;

/**
 * LLaDA's sampler (arXiv 2502.09992): the same number of tokens at every step of a block, those
 * with the best score first.
 *
 * <p>With the random score only the order is random; the tokens are still the most probable ones.
 * All steps are made; nothing ends at an end token. The paper's appendix B.4 keeps end tokens back
 * where a model ends too early: {@code logits-eos-inf} never proposes the first of them, {@code
 * confidence-eos-eot-inf} unmasks all of them last. As released the latter changes logits, and with
 * them what the other positions are worth; here it does what its name says.
 */
final class LladaSampler {

  static final String LOGITS_EOS_INF = "logits-eos-inf";
  private static final String CONFIDENCE_EOS_EOT_INF = "confidence-eos-eot-inf";

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
        .with(Parameter.flag(LOGITS_EOS_INF, false, "never propose the end token"))
        .with(Parameter.flag(CONFIDENCE_EOS_EOT_INF, false, "unmask end tokens last"))
        .check(Guidance::check)
        .scheduled()
        .check(CommonOptions::checkStepsNotAboveTokens)
        .madeOf(
            context ->
                Strategy.of(context.options(), new TopK(Schedule.EVEN))
                    .withScorer(
                        context.options().flag(CONFIDENCE_EOS_EOT_INF) ? endsLast(score) : score));
  }

  private static ConfidenceScorer endsLast(Score score) {
    return new ConfidenceScorer() {
      @Override
      public double score(Step step, int row) {
        boolean isEnd = step.context().isEnd(step.token(row));
        return isEnd ? Double.NEGATIVE_INFINITY : score.score(step, row);
      }

      @Override
      public double shown(Step step, int row) {
        return score.shown(step, row);
      }
    };
  }
}

package org.unmask.decode;

import org.unmask.model.Predictions;

/**
 * CreditDecoding (arXiv 2510.06133): a token that keeps being a position's best guess earns credit,
 * which is added to its logit; tokens and certainties are those of the raised logits, unmasked by
 * the threshold rule in dInfer's loop.
 *
 * <p>At every call of a block credits decay, then the best token of each mask earns the power gamma
 * of its probability; the logit gains {@code alpha ln(credit + 1)}. Credits start empty with every
 * block. Only tokens with a credit differ from the network's own statistics, so no row is read as a
 * whole. Belongs to one sequence.
 */
final class CreditDecoding implements TokenProposer, ConfidenceScorer {

  private static final String CREDIT_ALPHA = "credit-alpha";
  private static final String BOOST_GAMMA = "boost-gamma";
  private static final String DECAY_BETA = "decay-beta";

  static final Algorithm ALGORITHM =
      Unroll.options(Algorithm.named("credit", "threshold on logits raised by past guesses"))
          .paper("CreditDecoding", "2510.06133")
          .with(Threshold.parameter(0.9))
          .with(Parameter.number(CREDIT_ALPHA, 0.7, 0, 1000, "weight of the credit in the logit"))
          .with(Parameter.number(BOOST_GAMMA, 0.2, 0, 1000, "power of the probability earned"))
          .with(Parameter.number(DECAY_BETA, 0.8, 0, 1, "what is left of a credit each call"))
          .madeOf(
              context -> {
                CreditDecoding credit = new CreditDecoding(context);
                double threshold = context.options().number(Threshold.THRESHOLD);
                return Unroll.loop(context, credit.policy(threshold))
                    .withProposer(credit)
                    .withScorer(credit);
              });

  private final double alpha;
  private final double gamma;
  private final double decay;
  private final Predictions fused = new Predictions();

  private final Credits credits;
  private double[] rawProbability = {};
  private int block = -1;

  private CreditDecoding(DecodeContext context) {
    alpha = context.options().number(CREDIT_ALPHA);
    gamma = context.options().number(BOOST_GAMMA);
    decay = context.options().number(DECAY_BETA);
    int length = context.request().prompt().length + context.options().genLength();
    credits = new Credits(length);
  }

  @Override
  public boolean wantsLogits() {
    return true;
  }

  @Override
  public Predictions propose(Step step, Predictions raw) {
    if (step.block() != block) {
      block = step.block();
      credits.clear();
    }
    credits.decay(decay);
    fused.reset(raw.count(), 0);
    if (rawProbability.length < raw.count()) {
      rawProbability = new double[raw.count()];
    }
    for (int row = 0; row < raw.count(); row++) {
      float gain = (float) StrictMath.pow(raw.top(row), gamma);
      credits.earn(step.position(row), raw.token(row), gain);
      raise(step.position(row), row, raw);
    }
    return fused;
  }

  /** Describes a row with raised logits; its best token is one of those, as the best one earned. */
  private void raise(int position, int row, Predictions raw) {
    int from = row * raw.vocabSize();
    double max = raw.logits()[from + raw.token(row)];
    double sum = 1 / raw.top(row); // of exp(l - max)
    double best = Double.NEGATIVE_INFINITY;
    int token = -1;
    for (int i = 0; i < credits.count(position); i++) {
      int each = credits.token(position, i);
      double plain = raw.logits()[from + each] - max;
      double raised = plain + alpha * StrictMath.log1p(credits.credit(position, i));
      sum += StrictMath.exp(raised) - StrictMath.exp(plain);
      if (raised > best || (raised == best && each < token)) {
        best = raised;
        token = each;
      }
    }
    double confidence = StrictMath.exp(best) / sum;
    fused.set(row, token, confidence, confidence, Double.NaN, Double.NaN);
    rawProbability[row] = raw.top(row) * StrictMath.exp(raw.logits()[from + token] - max);
  }

  @Override
  public double score(Step step, int row) {
    return step.confidence(row);
  }

  /** Shows the plain probability; the raised one is a detail. */
  @Override
  public double shown(Step step, int row) {
    return rawProbability[row];
  }

  /** The loop's threshold rule, which shows what the tokens had earned. */
  private UnmaskPolicy policy(double threshold) {
    UnmaskPolicy rule = new DInferThreshold(threshold);
    return (step, picks) -> {
      rule.select(step, picks);
      if (step.isRecorded()) {
        step.detail("credit", picks.ascending().mapToObj(row -> credit(step, row)).toList());
        step.detail("fused_ids", picks.ascending().mapToObj(step::token).toList());
        step.detail("fused_confidence", picks.ascending().mapToObj(step::score).toList());
      }
    };
  }

  private double credit(Step step, int row) {
    return credits.of(step.position(row), step.token(row));
  }
}

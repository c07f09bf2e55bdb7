package org.unmask.decode;

import java.util.HashMap;
import java.util.Map;
import org.unmask.model.Predictions;

/**
 * CreditDecoding (arXiv 2510.06133): a token that keeps being a position's best guess earns credit,
 * which is added to its logit; tokens and certainties are those of the raised logits, unmasked by
 * the threshold rule in dInfer's loop.
 *
 * <p>At every call of a block credits decay, then the best token of each mask earns the power gamma
 * of its probability; the logit gains {@code alpha ln(credit + 1)}. Credits start empty with every
 * block. Belongs to one sequence.
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
  private final int suppressed;
  private final Predictions fused = new Predictions();
  private final Map<Integer, Map<Integer, Float>> credits = new HashMap<>();
  private double[] raw = {};
  private double[] rawProbability = {};
  private int block = -1;

  private CreditDecoding(DecodeContext context) {
    alpha = context.options().number(CREDIT_ALPHA);
    gamma = context.options().number(BOOST_GAMMA);
    decay = context.options().number(DECAY_BETA);
    suppressed = context.suppressed();
  }

  @Override
  public boolean wantsLogits() {
    return true;
  }

  @Override
  public Predictions propose(Step step, Predictions predictions) {
    if (step.block() != block) {
      block = step.block();
      credits.clear();
    }
    credits.values().forEach(row -> row.replaceAll((token, c) -> (float) (c * decay)));
    int vocabSize = predictions.vocabSize();
    fused.reset(predictions.count(), 0);
    if (raw.length < vocabSize) {
      raw = new double[vocabSize];
    }
    if (rawProbability.length < predictions.count()) {
      rawProbability = new double[predictions.count()];
    }
    for (int row = 0; row < predictions.count(); row++) {
      Map<Integer, Float> earned =
          credits.computeIfAbsent(step.position(row), position -> new HashMap<>());
      float gain = (float) StrictMath.pow(predictions.top(row), gamma);
      earned.merge(predictions.token(row), gain, Float::sum);
      Softmax.load(predictions, row, suppressed, raw);
      earned.forEach((token, c) -> raw[token] += alpha * StrictMath.log1p(c));
      int token = Softmax.argMax(raw, vocabSize);
      Softmax.normalise(raw, vocabSize);
      Softmax.describe(raw, vocabSize, token, fused, row);
      rawProbability[row] = Softmax.probability(predictions, row, token, suppressed);
    }
    return fused;
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
    UnmaskPolicy rule = new Unroll.BestAndAbove(threshold);
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
    return credits.get(step.position(row)).getOrDefault(step.token(row), 0f);
  }
}

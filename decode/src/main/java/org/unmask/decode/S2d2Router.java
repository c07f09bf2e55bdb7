package org.unmask.decode;

import java.util.List;

/**
 * Says when S2D2 (arXiv 2603.25702) checks a draft: if the first run of masks is long enough, or if
 * the tokens expected to pass outweigh the cost of the check. Belongs to one sequence.
 */
final class S2d2Router {

  private static final String POLICY = "do-verify-policy";
  private static final String MIN_SPAN = "min-ssd-span-length";
  private static final String SCORE_THRESHOLD = "do-verify-score-threshold";
  private static final String THRESHOLD_ON = "hysteresis-threshold-on";
  private static final String THRESHOLD_OFF = "hysteresis-threshold-off";
  private static final String SCORE_TYPE = "do-verify-score-type";
  private static final String PENALTY = "score-penalty-coef";
  private static final String ESTIMATOR = "token-acceptance-estimator";
  private static final String MARGIN_THRESHOLD = "ssd-confidence-margin-threshold";
  private static final String ENTROPY_THRESHOLD = "ssd-entropy-threshold";
  private static final String ENTROPY_TEMPERATURE = "ssd-entropy-temperature";
  private static final String MARGIN_COEF = "ssd-confidence-margin-coef";
  private static final String CONFIDENCE_POWER = "ssd-confidence-power";

  private final DecodeOptions options;
  private final S2d2Bandit bandit;
  private boolean isOn;

  S2d2Router(DecodeOptions options) {
    this.options = options;
    bandit = new S2d2Bandit(options);
  }

  static Algorithm.Builder options(Algorithm.Builder algorithm) {
    return S2d2Bandit.options(algorithm)
        .with(
            Parameter.choice(
                POLICY,
                "mask-span-length",
                List.of(
                    "mask-span-length",
                    "score-threshold",
                    "score-hysteresis",
                    "contextual-bandit-ucb"),
                "when to check a draft"))
        .with(Parameter.integer(MIN_SPAN, 1, 1, 100000, "span policy: shortest run to check"))
        .with(number(SCORE_THRESHOLD, -1.0, "score policy: least score to check"))
        .with(number(THRESHOLD_ON, 0.0, "hysteresis: score above which checks begin"))
        .with(number(THRESHOLD_OFF, -1.0, "hysteresis: score below which they end"))
        .with(
            Parameter.choice(
                SCORE_TYPE,
                "difference-dynamic",
                List.of("difference-dynamic", "difference-static"),
                "whether the cost counts once or per token above the confidence threshold"))
        .with(number(PENALTY, 2.0, "cost of a check in tokens"))
        .with(
            Parameter.choice(
                ESTIMATOR,
                "hard-margin-threshold",
                List.of(
                    "hard-margin-threshold",
                    "hard-entropy-threshold",
                    "soft-confidence-power",
                    "soft-clipped-linear-margin",
                    "soft-entropy-negexp"),
                "how likely a token is to pass"))
        .with(number(MARGIN_THRESHOLD, 0.05, "margin above which a token passes"))
        .with(number(ENTROPY_THRESHOLD, 0.5, "share of the greatest entropy below which it does"))
        .with(number(ENTROPY_TEMPERATURE, 1.0, "decay of the chance with that share"))
        .with(number(MARGIN_COEF, 1.0, "factor from the margin to the chance"))
        .with(number(CONFIDENCE_POWER, 1.0, "power from the confidence to the chance"));
  }

  private static Parameter number(String name, double usual, String doc) {
    return Parameter.number(name, usual, -1e9, 1e9, doc);
  }

  /** Tells whether to check the first {@code length} candidates. */
  boolean checks(Step step, int length) {
    return switch (options.word(POLICY)) {
      case "score-threshold" -> score(step, length) >= options.number(SCORE_THRESHOLD);
      case "score-hysteresis" -> {
        double score = score(step, length);
        isOn = isOn ? score >= options.number(THRESHOLD_OFF) : score > options.number(THRESHOLD_ON);
        yield isOn;
      }
      case "contextual-bandit-ucb" -> bandit.checks(step, length);
      default -> length >= options.integer(MIN_SPAN);
    };
  }

  /** Learns how many tokens a call the last decision gave. */
  void reward(double tokensPerCall) {
    bandit.reward(tokensPerCall);
  }

  /** Returns the tokens expected to pass, less the cost. */
  private double score(Step step, int length) {
    double expected = 0;
    double chance = 1;
    for (int i = 0; i < length; i++) {
      chance *= Math.clamp(chance(step, step.candidate(i)), 0, 1);
      expected += chance;
    }
    double cost = options.number(PENALTY);
    if (options.word(SCORE_TYPE).equals("difference-static")) {
      return expected - cost;
    }
    int sure = 0;
    for (int i = 0; i < step.candidates(); i++) {
      double confidence = step.confidence(step.candidate(i));
      sure += confidence > options.number(BlockDiffusion.CONFIDENCE_THRESHOLD) ? 1 : 0;
    }
    return expected - cost * sure;
  }

  private double chance(Step step, int row) {
    double margin = step.predictions().top(row) - step.predictions().second(row);
    double entropy =
        step.predictions().entropy(row) / StrictMath.log(step.context().denoiser().vocabSize());
    return switch (options.word(ESTIMATOR)) {
      case "hard-margin-threshold" -> margin > options.number(MARGIN_THRESHOLD) ? 1 : 0;
      case "hard-entropy-threshold" -> entropy < options.number(ENTROPY_THRESHOLD) ? 1 : 0;
      case "soft-confidence-power" ->
          StrictMath.pow(step.confidence(row), options.number(CONFIDENCE_POWER));
      case "soft-clipped-linear-margin" -> options.number(MARGIN_COEF) * margin;
      default -> StrictMath.exp(-options.number(ENTROPY_TEMPERATURE) * entropy);
    };
  }
}

package org.unmask.decode;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.unmask.decode.speculative.AcceptanceRule;
import org.unmask.decode.speculative.Exactness;
import org.unmask.decode.speculative.GreedyMatch;
import org.unmask.decode.speculative.IndependentRows;
import org.unmask.decode.speculative.Proposal;
import org.unmask.decode.speculative.Resample;
import org.unmask.decode.speculative.Residual;
import org.unmask.decode.speculative.SampleMatch;
import org.unmask.decode.speculative.Tolerance;
import org.unmask.decode.speculative.Typical;

/** The acceptance rules by name, and which of them a draft refuses. */
final class Rules {

  static final String RULE = "rule";
  static final String LOSSY = "lossy";

  private static final String TYPICAL_EPSILON = "typical-epsilon";
  private static final String TYPICAL_DELTA = "typical-delta";
  private static final String RATIO_BONUS = "ratio-bonus";

  private static final List<String> IDS =
      List.of("sample-match", "residual", "greedy-match", "typical", "tolerance");

  private Rules() {}

  /**
   * Adds the options of the rules to an algorithm.
   *
   * @param proposal how the algorithm proposes under some options
   * @param released ids of rules that only this algorithm's released code has
   */
  static Algorithm.Builder add(
      Algorithm.Builder builder,
      Function<DecodeOptions, Proposal> proposal,
      String usual,
      String... released) {
    List<String> ids = new ArrayList<>(IDS);
    ids.addAll(List.of(released));
    return builder
        .proposing(proposal)
        .with(Parameter.choice(RULE, usual, ids, "what accepts a draft"))
        .with(Parameter.flag(LOSSY, false, "allow a rule that changes the law of the output"))
        .with(Parameter.number(TYPICAL_EPSILON, 0.09, 0, 1, "threshold of rule typical"))
        .with(Parameter.number(TYPICAL_DELTA, 0.3, 0, 100, "entropy factor of rule typical"))
        .with(
            Parameter.number(
                RATIO_BONUS, 0.1, 0, 1, "added to the acceptance ratio by rule tolerance"))
        .check(options -> refuse(options, proposal.apply(options)));
  }

  /** Returns the rule that options name. */
  static AcceptanceRule of(DecodeOptions options) {
    return switch (options.word(RULE)) {
      case "sample-match" -> new SampleMatch();
      case "residual" -> new Residual();
      case "greedy-match" -> new GreedyMatch();
      case "typical" -> new Typical(options.number(TYPICAL_EPSILON), options.number(TYPICAL_DELTA));
      case "tolerance" -> new Tolerance(options.number(RATIO_BONUS));
      case "space-released" -> new Resample();
      case "aded-released" -> new IndependentRows();
      default -> throw new IllegalStateException("rule " + options.word(RULE) + " has no code");
    };
  }

  private static void refuse(DecodeOptions options, Proposal proposal) {
    Exactness exactness = of(options).exactness(proposal);
    boolean changesLaw = exactness != Exactness.EXACT && options.temperature() > 0;
    boolean isUnsound = exactness == Exactness.FORBIDDEN;
    if ((changesLaw || isUnsound) && !options.flag(LOSSY)) {
      throw new IllegalArgumentException(
          "rule "
              + options.word(RULE)
              + " is not exact for "
              + word(proposal)
              + " drafts of "
              + options.algorithm().id()
              + "; use rule sample-match, or lossy true to have it all the same");
    }
  }

  private static String word(Proposal proposal) {
    return switch (proposal) {
      case DETERMINISTIC -> "chosen";
      case INDEPENDENT -> "independently drawn";
      case SEQUENTIAL -> "sequentially drawn";
      case SIBLINGS -> "sibling";
      case TOP_K -> "top-k";
      case NONCAUSAL -> "noncausally drawn";
    };
  }
}

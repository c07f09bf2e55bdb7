package org.unmask.decode;

import java.util.List;
import java.util.function.Function;
import org.unmask.decode.speculative.CausalVerifier;
import org.unmask.decode.speculative.CostCappedDrafter;
import org.unmask.decode.speculative.Drafter;
import org.unmask.decode.speculative.Proposal;
import org.unmask.decode.speculative.Verifier;
import org.unmask.model.Conditioning;
import org.unmask.model.Denoiser;

/** What the algorithms that draft for a network which writes token by token have in common. */
final class Drafting {

  static final String DRAFT_LENGTH = "draft-length";
  static final String DRAFT_NODES = "draft-nodes";
  static final String DRAFTER = "drafter";

  private static final String CAP = "cap";
  private static final String MEASURED = "measured";

  private Drafting() {}

  /**
   * Starts the description of an algorithm that drafts for a causal network.
   *
   * @param proposal how it drafts under some options
   * @param released rules that only its released code has
   */
  static Algorithm.Builder causal(
      String id, String title, Function<DecodeOptions, Proposal> proposal, String... released) {
    Algorithm.Builder builder =
        over(Conditioning.CAUSAL, id, title)
            .with(
                Parameter.choice(
                    CAP,
                    "none",
                    List.of("none", MEASURED),
                    "cut drafts off where verifying more takes longer than it saves, as measured"
                        + " here"));
    return Rules.add(builder, proposal, "sample-match", released);
  }

  /** Starts the description of an algorithm over a kind of network. */
  static Algorithm.Builder over(Conditioning network, String id, String title) {
    return Algorithm.named(id, title)
        .network(network)
        .with(Categorical.topP())
        .with(Categorical.topK())
        .with(CommonOptions.eosId());
  }

  static Parameter draftLength(int usual, int most) {
    return Parameter.integer(DRAFT_LENGTH, usual, 1, most, "most tokens of a draft");
  }

  /** Tells whether drafts are drawn at random, for a rule that asks what from. */
  static boolean isDrawn(DecodeOptions options) {
    return options.temperature() > 0 && !options.word(Rules.RULE).equals("sample-match");
  }

  /** Starts a sequence whose drafts hold a number of nodes at most. */
  static Decoding start(DecodeContext context, int most, Drafter drafter) {
    return start(context, drafter, verifier(context, most, false, 0));
  }

  static Decoding start(DecodeContext context, Drafter drafter, Verifier verifier) {
    DecodeOptions options = context.options();
    boolean isCapped = options.has(CAP) && options.word(CAP).equals(MEASURED);
    Drafter used =
        isCapped ? new CostCappedDrafter(drafter, context.resources().rowCosts()) : drafter;
    return new SpeculativeDecoding(context, used, verifier, Rules.of(options));
  }

  static CausalVerifier verifier(DecodeContext context, int most, boolean tapsHidden, int scratch) {
    return new CausalVerifier(
        context.denoiser(),
        length(context),
        most,
        new CategoricalWarp(context),
        context.suppressed(),
        tapsHidden,
        scratch);
  }

  /** Returns the most tokens of the sequence. */
  static int length(DecodeContext context) {
    return context.request().prompt().length + context.options().genLength();
  }

  /** Returns the network that drafts, of a kind and of the same vocabulary. */
  static Denoiser auxiliary(DecodeContext context, Conditioning kind) {
    Denoiser network = context.resources().auxiliary();
    if (!network.conditioning().serves(kind)
        || network.vocabSize() != context.denoiser().vocabSize()) {
      throw new IllegalArgumentException(
          "algorithm "
              + context.options().algorithm().id()
              + " drafts with a "
              + kind.word()
              + " model of the same vocabulary, and the auxiliary model is "
              + network.conditioning().word()
              + " with "
              + network.vocabSize()
              + " tokens; use one such as "
              + kind.example());
    }
    return network;
  }
}

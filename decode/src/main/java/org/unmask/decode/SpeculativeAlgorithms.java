package org.unmask.decode;

import java.util.List;
import java.util.function.Function;
import org.unmask.decode.speculative.ArDrafter;
import org.unmask.decode.speculative.CausalVerifier;
import org.unmask.decode.speculative.Drafter;
import org.unmask.decode.speculative.NgramDrafter;
import org.unmask.decode.speculative.NoDrafter;
import org.unmask.decode.speculative.Proposal;
import org.unmask.model.Conditioning;
import org.unmask.model.Denoiser;

/** The algorithms that write token by token: autoregressive decoding and what drafts for it. */
final class SpeculativeAlgorithms {

  private static final String DRAFT_LENGTH = "draft-length";
  private static final String ADAPTIVE = "adaptive-draft";
  private static final String MAX_NGRAM = "max-ngram";

  private SpeculativeAlgorithms() {}

  static List<Algorithm> algorithms() {
    return List.of(autoregressive(), speculative(), promptLookup());
  }

  /** Starts the description of an algorithm over a network of a kind. */
  private static Algorithm.Builder named(String id, String title, Conditioning network) {
    return Algorithm.named(id, title)
        .network(network)
        .with(Categorical.topP())
        .with(Categorical.topK())
        .with(CommonOptions.eosId());
  }

  private static Algorithm.Builder drafting(
      String id, String title, Function<DecodeOptions, Proposal> proposal, String... released) {
    return Rules.add(named(id, title, Conditioning.CAUSAL), proposal, "sample-match", released);
  }

  private static Parameter draftLength(int usual, int most) {
    return Parameter.integer(DRAFT_LENGTH, usual, 1, most, "most tokens of a draft");
  }

  private static Decoding causal(DecodeContext context, int most, Drafter drafter) {
    CausalVerifier verifier = verifier(context, most, false);
    return new SpeculativeDecoding(
        context, new SpeculativeDecoding.Parts(drafter, verifier, Rules.of(context.options())));
  }

  private static CausalVerifier verifier(DecodeContext context, int most, boolean tapsHidden) {
    return new CausalVerifier(
        context.denoiser(),
        length(context),
        most,
        new CategoricalWarp(context),
        context.suppressed(),
        tapsHidden);
  }

  private static int length(DecodeContext context) {
    return context.request().prompt().length + context.options().genLength();
  }

  private static Algorithm autoregressive() {
    return drafting("ar", "one token a pass, left to right", options -> Proposal.DETERMINISTIC)
        .startedBy(context -> causal(context, 0, new NoDrafter()));
  }

  private static Algorithm speculative() {
    return drafting(
            "speculative",
            "drafts of a small causal model, verified in one pass",
            options -> Proposal.SEQUENTIAL)
        .paper("Speculative decoding", "2211.17192")
        .with(draftLength(4, 32))
        .with(Parameter.flag(ADAPTIVE, true, "lengthen drafts that are accepted, shorten others"))
        .startedBy(
            context -> {
              Denoiser small = context.resources().auxiliary();
              requireCausal(context, small);
              DecodeOptions options = context.options();
              int length = options.integer(DRAFT_LENGTH);
              boolean isAdaptive = options.flag(ADAPTIVE);
              return causal(
                  context,
                  isAdaptive ? 32 : length,
                  new ArDrafter(
                      small,
                      length(context),
                      length,
                      isAdaptive,
                      new CategoricalWarp(context),
                      context.suppressed()));
            });
  }

  private static void requireCausal(DecodeContext context, Denoiser network) {
    if (!network.conditioning().serves(Conditioning.CAUSAL)
        || network.vocabSize() != context.denoiser().vocabSize()) {
      throw new IllegalArgumentException(
          "algorithm "
              + context.options().algorithm().id()
              + " drafts with a causal model of the same vocabulary, and the auxiliary model is "
              + network.conditioning().word()
              + " with "
              + network.vocabSize()
              + " tokens; use one such as unmask-qwen-ar-3m");
    }
  }

  private static Algorithm promptLookup() {
    return drafting(
            "prompt-lookup",
            "copies what followed the last few tokens before",
            options -> Proposal.DETERMINISTIC)
        .paper("Prompt lookup decoding", "")
        .with(Parameter.integer(MAX_NGRAM, 3, 1, 100, "tokens that must have occurred before"))
        .with(draftLength(10, 100))
        .startedBy(
            context -> {
              DecodeOptions options = context.options();
              int length = options.integer(DRAFT_LENGTH);
              return causal(context, length, new NgramDrafter(options.integer(MAX_NGRAM), length));
            });
  }
}

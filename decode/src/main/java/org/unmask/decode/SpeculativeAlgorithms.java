package org.unmask.decode;

import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.unmask.decode.speculative.AnyOrderVerifier;
import org.unmask.decode.speculative.ArDrafter;
import org.unmask.decode.speculative.CausalVerifier;
import org.unmask.decode.speculative.CostCappedDrafter;
import org.unmask.decode.speculative.DenoiserDrafter;
import org.unmask.decode.speculative.Drafter;
import org.unmask.decode.speculative.HiddenStateDrafter;
import org.unmask.decode.speculative.LayerSkipDrafter;
import org.unmask.decode.speculative.MaskGroupDrafter;
import org.unmask.decode.speculative.NgramDrafter;
import org.unmask.decode.speculative.NoDrafter;
import org.unmask.decode.speculative.Proposal;
import org.unmask.decode.speculative.SelfParallelDrafter;
import org.unmask.decode.speculative.TrigramMctsDrafter;
import org.unmask.decode.speculative.Verifier;
import org.unmask.model.Conditioning;
import org.unmask.model.Denoiser;
import org.unmask.model.KvCache;

/** The algorithms that write token by token: autoregressive decoding and what drafts for it. */
final class SpeculativeAlgorithms {

  private static final String CAP = "cap";
  private static final String MEASURED = "measured";
  private static final String DRAFT_LENGTH = "draft-length";
  private static final String ADAPTIVE = "adaptive-draft";
  private static final String MAX_NGRAM = "max-ngram";
  private static final String DRAFT_NODES = "draft-nodes";
  private static final String REWEIGH = "reweigh";
  private static final String SKIP_RATIO = "skip-ratio";
  private static final String MAX_MATCH = "max-match";
  private static final String CONTEXT_WINDOW = "context-window";
  private static final String DRAFTER = "drafter";
  private static final String DRAFT_HEADS = "draft-heads";
  private static final String DRAFT_STEPS = "draft-steps";
  private static final String DRAFT_SHAPE = "draft-shape";

  private SpeculativeAlgorithms() {}

  static List<Algorithm> algorithms() {
    return List.of(
        autoregressive(),
        speculative(),
        promptLookup(),
        aded(),
        swift(),
        specDiff(),
        chimera(),
        space(),
        assd(),
        CascadeDecoding.ALGORITHM);
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
    Algorithm.Builder causal =
        named(id, title, Conditioning.CAUSAL)
            .with(
                Parameter.choice(
                    CAP,
                    "none",
                    List.of("none", MEASURED),
                    "cut drafts off where verifying more takes longer than it saves, as measured"
                        + " here"));
    return Rules.add(causal, proposal, "sample-match", released);
  }

  private static Parameter draftLength(int usual, int most) {
    return Parameter.integer(DRAFT_LENGTH, usual, 1, most, "most tokens of a draft");
  }

  private static Decoding causal(DecodeContext context, int most, Drafter drafter) {
    return decoding(context, drafter, verifier(context, most, false, 0));
  }

  private static Decoding decoding(DecodeContext context, Drafter drafter, Verifier verifier) {
    DecodeOptions options = context.options();
    boolean isCapped = options.has(CAP) && options.word(CAP).equals(MEASURED);
    Drafter used =
        isCapped ? new CostCappedDrafter(drafter, context.resources().rowCosts()) : drafter;
    return new SpeculativeDecoding(context, used, verifier, Rules.of(options));
  }

  private static CausalVerifier verifier(
      DecodeContext context, int most, boolean tapsHidden, int scratch) {
    return new CausalVerifier(
        context.denoiser(),
        length(context),
        most,
        new CategoricalWarp(context),
        context.suppressed(),
        tapsHidden,
        scratch);
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
        .with(Parameter.resource(DRAFTER, "causal model that drafts; default the one shipped"))
        .startedBy(
            context -> {
              Denoiser small = context.resources().auxiliary();
              requireAuxiliary(context, small, Conditioning.CAUSAL);
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

  private static void requireAuxiliary(DecodeContext context, Denoiser network, Conditioning kind) {
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

  private static Algorithm aded() {
    return drafting(
            "aded",
            "trees from a trigram table that adapts to the text",
            options -> Proposal.DETERMINISTIC,
            "aded-released")
        .paper("ADED", "2407.12021")
        .with(Parameter.integer(DRAFT_NODES, 24, 1, 64, "most tokens of a draft tree"))
        .with(
            Parameter.flag(
                REWEIGH, false, "weigh recent trigrams again at every draft, as released"))
        .startedBy(
            context -> {
              DecodeOptions options = context.options();
              int nodes = options.integer(DRAFT_NODES);
              return causal(context, nodes, new TrigramMctsDrafter(nodes, options.flag(REWEIGH)));
            });
  }

  private static boolean isDrawn(DecodeOptions options) {
    return options.temperature() > 0 && !options.word(Rules.RULE).equals("sample-match");
  }

  private static Algorithm swift() {
    return drafting(
            "swift",
            "the model drafts for itself with layers left out",
            options -> isDrawn(options) ? Proposal.SIBLINGS : Proposal.DETERMINISTIC)
        .paper("SWIFT", "2410.06916")
        .with(Parameter.number(SKIP_RATIO, 0.45, 0, 1, "share of sublayers left out"))
        .with(
            Parameter.number(
                MAX_MATCH, 0.93, 0, 1, "share of predicted tokens that ends the search"))
        .with(
            Parameter.integer(
                CONTEXT_WINDOW,
                32,
                1,
                1024,
                "tokens of the response that layer sets are judged by"))
        .with(Parameter.integer(DRAFT_NODES, 40, 1, 256, "most tokens of a draft tree"))
        .startedBy(
            context -> {
              DecodeOptions options = context.options();
              int nodes = options.integer(DRAFT_NODES);
              int window = options.integer(CONTEXT_WINDOW);
              CausalVerifier verifier = verifier(context, nodes, false, window + KvCache.LANES);
              long seed =
                  Noise.key(
                      options.seed(), context.request().sequence(), 0, 0, Noise.Purpose.DRAFT);
              return decoding(
                  context,
                  new LayerSkipDrafter(
                      context.denoiser(),
                      verifier,
                      options.number(SKIP_RATIO),
                      options.number(MAX_MATCH),
                      window,
                      nodes,
                      new CategoricalWarp(context),
                      context.suppressed(),
                      isDrawn(options),
                      new SplittableRandom(seed)),
                  verifier);
            });
  }

  private static Algorithm specDiff() {
    return drafting(
            "specdiff",
            "drafts of a diffusion model, verified by a causal one",
            options ->
                options.integer(DRAFT_STEPS) == 1 ? Proposal.INDEPENDENT : Proposal.NONCAUSAL)
        .paper("SpecDiff", "2408.05636")
        .with(draftLength(8, 256))
        .with(Parameter.integer(DRAFT_STEPS, 2, 1, 256, "denoising steps of a draft"))
        .with(Parameter.resource(DRAFTER, "diffusion model that drafts; default the one shipped"))
        .startedBy(
            context -> {
              DecodeOptions options = context.options();
              Denoiser network = context.resources().auxiliary();
              requireAuxiliary(context, network, Conditioning.FULL);
              int length = options.integer(DRAFT_LENGTH);
              return causal(
                  context,
                  length,
                  new DenoiserDrafter(
                      network,
                      length,
                      Math.min(length, options.integer(DRAFT_STEPS)),
                      new CategoricalWarp(context)));
            });
  }

  private static Algorithm chimera() {
    return drafting(
            "chimera",
            "trees from the hidden states of the verified text",
            options -> isDrawn(options) ? Proposal.TOP_K : Proposal.DETERMINISTIC)
        .paper("Chimera", "2402.15758")
        .with(
            Parameter.choice(
                DRAFT_SHAPE,
                "tree",
                List.of("tree", "chain", "medusa"),
                "what is drafted: a tree, a chain, or a chain by heads that see no newer token"))
        .with(Parameter.resource(DRAFT_HEADS, "heads over the model; default those shipped"))
        .startedBy(
            context -> {
              DecodeOptions options = context.options();
              HiddenStateDrafter.Shape shape =
                  switch (options.word(DRAFT_SHAPE)) {
                    case "tree" -> HiddenStateDrafter.Shape.TREE;
                    case "chain" -> HiddenStateDrafter.Shape.CHAIN;
                    default -> HiddenStateDrafter.Shape.BLIND_CHAIN;
                  };
              CausalVerifier verifier = verifier(context, 32, true, 0);
              return decoding(
                  context,
                  new HiddenStateDrafter(
                      context.resources().draftHeads(),
                      verifier,
                      length(context),
                      shape,
                      isDrawn(options)),
                  verifier);
            });
  }

  private static Algorithm space() {
    return Rules.add(
            named(
                "space",
                "masks behind the text and each candidate draft while they are verified",
                Conditioning.MASK_GROUPS),
            options -> Proposal.INDEPENDENT,
            "sample-match",
            "space-released")
        .paper("SPACE", "2402.11809")
        .with(draftLength(5, 5))
        .startedBy(
            context -> {
              MaskGroupDrafter both =
                  new MaskGroupDrafter(
                      context.denoiser(),
                      length(context),
                      context.options().integer(DRAFT_LENGTH),
                      new CategoricalWarp(context));
              return decoding(context, both, both);
            });
  }

  private static Algorithm assd() {
    return Rules.add(
            named(
                "assd",
                "the model drafts in parallel and scores its draft in one pass",
                Conditioning.RANK_ORDER),
            options -> Proposal.INDEPENDENT,
            "residual")
        .paper("ASSD", "2504.20456")
        .with(draftLength(5, 64))
        .startedBy(
            context -> {
              int length = context.options().integer(DRAFT_LENGTH);
              AnyOrderVerifier verifier =
                  new AnyOrderVerifier(
                      context.denoiser(),
                      length(context),
                      length,
                      new CategoricalWarp(context),
                      context::isEnd);
              return decoding(
                  context,
                  new SelfParallelDrafter(verifier, context.denoiser().maskId(), length),
                  verifier);
            });
  }
}

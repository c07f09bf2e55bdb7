package org.unmask.decode;

import java.util.SplittableRandom;
import org.unmask.decode.speculative.CausalVerifier;
import org.unmask.decode.speculative.LayerSkipDrafter;
import org.unmask.decode.speculative.Proposal;
import org.unmask.model.KvCache;

/** SWIFT (arXiv 2410.06916): see {@link LayerSkipDrafter}. */
final class Swift {

  private static final String SKIP_RATIO = "skip-ratio";
  private static final String MAX_MATCH = "max-match";
  private static final String CONTEXT_WINDOW = "context-window";

  static final Algorithm ALGORITHM =
      Drafting.causal(
              "swift",
              "the model drafts for itself with layers left out",
              options -> Drafting.isDrawn(options) ? Proposal.SIBLINGS : Proposal.DETERMINISTIC)
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
          .with(Parameter.integer(Drafting.DRAFT_NODES, 40, 1, 256, "most tokens of a draft tree"))
          .startedBy(Swift::start);

  private Swift() {}

  private static Decoding start(DecodeContext context) {
    DecodeOptions options = context.options();
    int nodes = options.integer(Drafting.DRAFT_NODES);
    int window = options.integer(CONTEXT_WINDOW);
    CausalVerifier verifier = Drafting.verifier(context, nodes, false, window + KvCache.LANES);
    long seed = Noise.key(options.seed(), context.request().sequence(), 0, 0, Noise.Purpose.DRAFT);
    LayerSkipDrafter drafter =
        new LayerSkipDrafter(
            context.denoiser(),
            verifier,
            options.number(SKIP_RATIO),
            options.number(MAX_MATCH),
            window,
            nodes,
            new CategoricalWarp(context),
            context.suppressed(),
            Drafting.isDrawn(options),
            new SplittableRandom(seed));
    return Drafting.start(context, drafter, verifier);
  }
}

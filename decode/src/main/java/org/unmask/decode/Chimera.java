package org.unmask.decode;

import java.util.List;
import org.unmask.decode.speculative.CausalVerifier;
import org.unmask.decode.speculative.HiddenStateDrafter;
import org.unmask.decode.speculative.Proposal;

/** Chimera (arXiv 2402.15758): see {@link HiddenStateDrafter}. */
final class Chimera {

  private static final String DRAFT_SHAPE = "draft-shape";
  private static final String DRAFT_HEADS = "draft-heads";
  private static final int MOST = 32;

  static final Algorithm ALGORITHM =
      Drafting.causal(
              "chimera",
              "trees from the hidden states of the verified text",
              options -> Drafting.isDrawn(options) ? Proposal.TOP_K : Proposal.DETERMINISTIC)
          .paper("Chimera", "2402.15758")
          .with(
              Parameter.choice(
                  DRAFT_SHAPE,
                  "tree",
                  List.of("tree", "chain", "medusa"),
                  "what is drafted: a tree, a chain, or a chain by heads that see no newer token"))
          .with(Parameter.resource(DRAFT_HEADS, "heads over the model; default those shipped"))
          .startedBy(Chimera::start);

  private Chimera() {}

  private static Decoding start(DecodeContext context) {
    DecodeOptions options = context.options();
    HiddenStateDrafter.Shape shape =
        switch (options.word(DRAFT_SHAPE)) {
          case "tree" -> HiddenStateDrafter.Shape.TREE;
          case "chain" -> HiddenStateDrafter.Shape.CHAIN;
          default -> HiddenStateDrafter.Shape.BLIND_CHAIN;
        };
    CausalVerifier verifier = Drafting.verifier(context, MOST, true, 0);
    HiddenStateDrafter drafter =
        new HiddenStateDrafter(
            context.resources().draftHeads(),
            verifier,
            Drafting.length(context),
            shape,
            Drafting.isDrawn(options));
    return Drafting.start(context, drafter, verifier);
  }
}

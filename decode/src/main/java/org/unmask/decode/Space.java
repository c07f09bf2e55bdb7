package org.unmask.decode;

import org.unmask.decode.speculative.MaskGroupDrafter;
import org.unmask.decode.speculative.Proposal;
import org.unmask.model.Conditioning;

/** SPACE (arXiv 2402.11809): see {@link MaskGroupDrafter}. */
final class Space {

  static final Algorithm ALGORITHM =
      Rules.add(
              Drafting.over(
                  Conditioning.MASK_GROUPS,
                  "space",
                  "masks behind the text and each candidate draft while they are verified"),
              options -> Proposal.INDEPENDENT,
              "sample-match",
              "space-released")
          .paper("SPACE", "2402.11809")
          .with(Drafting.draftLength(5, 5))
          .startedBy(Space::start);

  private Space() {}

  private static Decoding start(DecodeContext context) {
    MaskGroupDrafter both =
        new MaskGroupDrafter(
            context.denoiser(),
            Drafting.length(context),
            context.options().integer(Drafting.DRAFT_LENGTH),
            new CategoricalWarp(context));
    return Drafting.start(context, both, both);
  }
}

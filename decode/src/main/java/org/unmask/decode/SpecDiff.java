package org.unmask.decode;

import org.unmask.decode.speculative.DenoiserDrafter;
import org.unmask.decode.speculative.Proposal;
import org.unmask.model.Conditioning;

/** SpecDiff (arXiv 2408.05636): see {@link DenoiserDrafter}. */
final class SpecDiff {

  private static final String DRAFT_STEPS = "draft-steps";

  static final Algorithm ALGORITHM =
      Drafting.causal(
              "specdiff",
              "drafts of a diffusion model, verified by a causal one",
              options ->
                  options.integer(DRAFT_STEPS) == 1 ? Proposal.INDEPENDENT : Proposal.NONCAUSAL)
          .paper("SpecDiff", "2408.05636")
          .with(Drafting.draftLength(8, 256))
          .with(Parameter.integer(DRAFT_STEPS, 2, 1, 256, "denoising steps of a draft"))
          .with(
              Parameter.resource(
                  Drafting.DRAFTER, "diffusion model that drafts; default the one shipped"))
          .startedBy(SpecDiff::start);

  private SpecDiff() {}

  private static Decoding start(DecodeContext context) {
    int length = context.options().integer(Drafting.DRAFT_LENGTH);
    int steps = Math.min(length, context.options().integer(DRAFT_STEPS));
    DenoiserDrafter drafter =
        new DenoiserDrafter(
            Drafting.auxiliary(context, Conditioning.FULL),
            length,
            steps,
            new CategoricalWarp(context));
    return Drafting.start(context, length, drafter);
  }
}

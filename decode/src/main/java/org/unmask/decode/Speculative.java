package org.unmask.decode;

import org.unmask.decode.speculative.ArDrafter;
import org.unmask.decode.speculative.Proposal;
import org.unmask.model.Conditioning;

/** Speculative decoding (arXiv 2211.17192): see {@link ArDrafter}. */
final class Speculative {

  private static final String ADAPTIVE = "adaptive-draft";
  private static final int MOST = 32;

  static final Algorithm ALGORITHM =
      Drafting.causal(
              "speculative",
              "drafts of a small causal model, verified in one pass",
              options -> Proposal.SEQUENTIAL)
          .paper("Speculative decoding", "2211.17192")
          .with(Drafting.draftLength(4, MOST))
          .with(Parameter.flag(ADAPTIVE, true, "lengthen drafts that are accepted, shorten others"))
          .with(
              Parameter.resource(
                  Drafting.DRAFTER, "causal model that drafts; default the one shipped"))
          .startedBy(Speculative::start);

  private Speculative() {}

  private static Decoding start(DecodeContext context) {
    int length = context.options().integer(Drafting.DRAFT_LENGTH);
    boolean isAdaptive = context.options().flag(ADAPTIVE);
    ArDrafter drafter =
        new ArDrafter(
            Drafting.auxiliary(context, Conditioning.CAUSAL),
            Drafting.length(context),
            length,
            isAdaptive,
            new CategoricalWarp(context),
            context.suppressed());
    return Drafting.start(context, isAdaptive ? MOST : length, drafter);
  }
}

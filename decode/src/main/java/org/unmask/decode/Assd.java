package org.unmask.decode;

import java.util.List;
import org.unmask.decode.speculative.AnyOrderVerifier;
import org.unmask.decode.speculative.ContextBigramDrafter;
import org.unmask.decode.speculative.Drafter;
import org.unmask.decode.speculative.Proposal;
import org.unmask.decode.speculative.SelfParallelDrafter;
import org.unmask.model.Conditioning;

/** ASSD (arXiv 2504.20456): see {@link SelfParallelDrafter} and {@link ContextBigramDrafter}. */
final class Assd {

  private static final String DRAFT_BY = "draft-by";
  private static final String BIGRAM = "bigram";

  static final Algorithm ALGORITHM =
      Rules.add(
              Drafting.over(
                  Conditioning.RANK_ORDER,
                  "assd",
                  "the model drafts in parallel and scores its draft in one pass"),
              options ->
                  options.word(DRAFT_BY).equals(BIGRAM)
                      ? Proposal.SEQUENTIAL
                      : Proposal.INDEPENDENT,
              "residual")
          .paper("ASSD", "2504.20456")
          .with(Drafting.draftLength(5, 64))
          .with(
              Parameter.choice(
                  DRAFT_BY,
                  "self",
                  List.of("self", BIGRAM),
                  "who drafts: the model in a pass of its own, or what followed before"))
          .startedBy(Assd::start);

  private Assd() {}

  private static Decoding start(DecodeContext context) {
    DecodeOptions options = context.options();
    int length = options.integer(Drafting.DRAFT_LENGTH);
    AnyOrderVerifier verifier =
        new AnyOrderVerifier(
            context.denoiser(),
            Drafting.length(context),
            length,
            new CategoricalWarp(context),
            context::isEnd);
    Drafter drafter =
        options.word(DRAFT_BY).equals(BIGRAM)
            ? new ContextBigramDrafter(
                verifier, context.denoiser().vocabSize(), length, options.temperature() == 0)
            : new SelfParallelDrafter(verifier, length);
    return Drafting.start(context, drafter, verifier);
  }
}

package org.unmask.decode;

import org.unmask.decode.speculative.NgramDrafter;
import org.unmask.decode.speculative.Proposal;

/** Prompt lookup decoding: see {@link NgramDrafter}. */
final class PromptLookup {

  private static final String MAX_NGRAM = "max-ngram";

  static final Algorithm ALGORITHM =
      Drafting.causal(
              "prompt-lookup",
              "copies what followed the last few tokens before",
              options -> Proposal.DETERMINISTIC)
          .paper("Prompt lookup decoding", "")
          .with(Parameter.integer(MAX_NGRAM, 3, 1, 100, "tokens that must have occurred before"))
          .with(Drafting.draftLength(10, 100))
          .startedBy(PromptLookup::start);

  private PromptLookup() {}

  private static Decoding start(DecodeContext context) {
    int length = context.options().integer(Drafting.DRAFT_LENGTH);
    int longest = context.options().integer(MAX_NGRAM);
    return Drafting.start(context, length, new NgramDrafter(longest, length));
  }
}

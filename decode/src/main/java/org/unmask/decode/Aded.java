package org.unmask.decode;

import org.unmask.decode.speculative.Proposal;
import org.unmask.decode.speculative.TrigramMctsDrafter;
import org.unmask.decode.speculative.TrigramTable;

/** ADED (arXiv 2407.12021): see {@link TrigramMctsDrafter}. */
final class Aded {

  private static final String CORPUS = "corpus";
  private static final String CARRY_OVER = "carry-over";
  private static final String REWEIGH = "reweigh";

  static final Algorithm ALGORITHM =
      Drafting.causal(
              "aded",
              "trees from a trigram table that adapts to the text",
              options -> Proposal.DETERMINISTIC,
              "aded-released")
          .paper("ADED", "2407.12021")
          .with(Parameter.integer(Drafting.DRAFT_NODES, 24, 1, 64, "most tokens of a draft tree"))
          .with(Parameter.resource(CORPUS, "text whose trigrams fill the table; default none"))
          .with(
              Parameter.flag(
                  CARRY_OVER,
                  false,
                  "add each sequence to the corpus of those after it: their order changes passes, not"
                      + " text"))
          .with(
              Parameter.flag(
                  REWEIGH, false, "weigh recent trigrams again at every draft, as released"))
          .check(Aded::check)
          .startedBy(Aded::start);

  private Aded() {}

  private static void check(DecodeOptions options) {
    if (options.flag(CARRY_OVER) && Drafting.isDrawn(options)) {
      throw new IllegalArgumentException(
          "with carry-over, rule "
              + options.word(Rules.RULE)
              + " would draw other texts in another order of sequences; use rule sample-match");
    }
  }

  private static Decoding start(DecodeContext context) {
    DecodeOptions options = context.options();
    int nodes = options.integer(Drafting.DRAFT_NODES);
    TrigramTable table = new TrigramTable(context.resources().trigrams(), options.flag(CARRY_OVER));
    TrigramMctsDrafter drafter = new TrigramMctsDrafter(table, nodes, options.flag(REWEIGH));
    return Drafting.start(context, nodes, drafter);
  }
}

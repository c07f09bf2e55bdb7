package org.unmask.decode;

import org.unmask.decode.speculative.NoDrafter;
import org.unmask.decode.speculative.Proposal;

/** Plain decoding of a causal model: the text that everything which drafts is measured by. */
final class Autoregressive {

  static final Algorithm ALGORITHM =
      Drafting.causal("ar", "one token a pass, left to right", options -> Proposal.DETERMINISTIC)
          .startedBy(context -> Drafting.start(context, 0, new NoDrafter()));

  private Autoregressive() {}
}

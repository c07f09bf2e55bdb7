package org.unmask.decode.speculative;

import java.util.Arrays;

/**
 * Prompt lookup: copies what followed the most recent earlier occurrence of the last few tokens,
 * trying long runs before short ones.
 *
 * @param longest tokens of the run looked for at first
 * @param length most tokens of a draft
 */
public record NgramDrafter(int longest, int length) implements Drafter {

  @Override
  public Proposal proposal() {
    return Proposal.DETERMINISTIC;
  }

  @Override
  public Draft propose(Text text, int most, Chance chance) {
    int[] tokens = text.tokens();
    int end = text.length();
    for (int n = Math.min(longest, end - 1); n >= 1; n--) {
      for (int at = end - n - 1; at >= 0; at--) {
        if (Arrays.equals(tokens, at, at + n, tokens, end - n, end)) {
          int from = at + n;
          int count = Math.min(Math.min(length, most), end - from);
          return Draft.chain(Arrays.copyOfRange(tokens, from, from + count), end);
        }
      }
    }
    return Draft.NONE;
  }
}

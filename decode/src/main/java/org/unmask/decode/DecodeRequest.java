package org.unmask.decode;

import java.util.Map;

/**
 * One prompt to answer.
 *
 * @param prompt token ids, at least one; not copied, not to be changed until the result is there
 * @param options algorithm and its options
 * @param sequence number of the sequence, which together with the seed fixes its random numbers;
 *     two requests of the same seed and sequence draw the same
 * @param given tokens of the response that are known before, by position from its start
 * @param draws where random numbers other than those of tokens come from
 */
public record DecodeRequest(
    int[] prompt, DecodeOptions options, long sequence, Map<Integer, Integer> given, Draws draws) {

  /** Checks that there is a prompt and that given tokens lie in the response. */
  public DecodeRequest {
    if (prompt.length == 0) {
      throw new IllegalArgumentException(
          "the prompt has no tokens; give at least one, such as the model's start token");
    }
    given = Map.copyOf(given);
    for (int position : given.keySet()) {
      if (position < 0 || position >= options.genLength()) {
        throw new IllegalArgumentException(
            "position "
                + position
                + " of a given token is outside the response of "
                + options.genLength()
                + " tokens; count from its start");
      }
    }
  }

  /** Makes a request of sequence 0. */
  public DecodeRequest(int[] prompt, DecodeOptions options) {
    this(prompt, options, 0);
  }

  /** Makes a request without given tokens, with random numbers from the seed. */
  public DecodeRequest(int[] prompt, DecodeOptions options, long sequence) {
    this(prompt, options, sequence, Map.of(), Draws.SEEDED);
  }
}

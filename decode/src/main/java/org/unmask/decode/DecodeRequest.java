package org.unmask.decode;

/**
 * One prompt to answer.
 *
 * @param prompt token ids, at least one; not copied, not to be changed until the result is there
 * @param options algorithm and its options
 * @param sequence number of the sequence, which together with the seed fixes its random numbers;
 *     two requests of the same seed and sequence draw the same
 */
public record DecodeRequest(int[] prompt, DecodeOptions options, long sequence) {

  /** Checks that there is a prompt. */
  public DecodeRequest {
    if (prompt.length == 0) {
      throw new IllegalArgumentException(
          "the prompt has no tokens; give at least one, such as the model's start token");
    }
  }

  /** Makes a request of sequence 0. */
  public DecodeRequest(int[] prompt, DecodeOptions options) {
    this(prompt, options, 0);
  }
}

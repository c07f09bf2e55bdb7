package org.unmask.decode;

import org.unmask.model.Denoiser;

/**
 * What the state machine of one sequence is made from.
 *
 * @param denoiser the main network
 * @param resources what some algorithms need besides
 * @param request prompt and options
 * @param watch what is taken down of it
 */
record DecodeContext(
    Denoiser denoiser, DecodeResources resources, DecodeRequest request, Watch watch) {

  DecodeOptions options() {
    return request.options();
  }

  /** Returns the token that must not be proposed, or -1. */
  int suppressed() {
    return options().flag(CommonOptions.SUPPRESS_MASK) ? denoiser.maskId() : -1;
  }

  /** Tells whether a token ends the text: that of the options, or those of the model. */
  boolean isEnd(int token) {
    return options().has(CommonOptions.EOS_ID)
        ? token == options().integer(CommonOptions.EOS_ID)
        : resources.endTokens().contains(token);
  }

  /** Draws a number in [0, 1) for one use in this sequence. */
  double uniform(int step, int position, Noise.Purpose purpose) {
    return request.draws().uniform(request, step, position, purpose, 0);
  }

  /** Draws the Gumbel noise of a token at a position. */
  double gumbel(int step, int position, int token) {
    double drawn = request.draws().uniform(request, step, position, Noise.Purpose.TOKEN, token);
    return -StrictMath.log(-StrictMath.log(drawn));
  }

  /** Returns the noise key of one use in this sequence. */
  long noiseKey(int step, int position, Noise.Purpose purpose) {
    return Noise.key(options().seed(), request.sequence(), step, position, purpose);
  }
}

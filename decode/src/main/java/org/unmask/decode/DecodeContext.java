package org.unmask.decode;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.unmask.model.Denoiser;

/**
 * What the state machine of one sequence is made from.
 *
 * @param denoiser the main network
 * @param resources what some algorithms need besides
 * @param request prompt and options
 * @param watch what is taken down of it
 */
final class DecodeContext {

  private final Denoiser denoiser;
  private final DecodeResources resources;
  private final DecodeRequest request;
  private final Watch watch;
  private final int[] endTokens;
  private final int suppressed;
  private final int[] suppressedTokens;

  DecodeContext(Denoiser denoiser, DecodeResources resources, DecodeRequest request, Watch watch) {
    this.denoiser = denoiser;
    this.resources = resources;
    this.request = request;
    this.watch = watch;
    DecodeOptions options = request.options();
    endTokens =
        options.has(CommonOptions.EOS_ID)
            ? new int[] {options.integer(CommonOptions.EOS_ID)}
            : resources.endTokens().stream().mapToInt(Integer::intValue).toArray();
    suppressed = options.flag(CommonOptions.SUPPRESS_MASK) ? denoiser.maskId() : -1;
    boolean isWithoutEnd =
        options.has(LladaSampler.LOGITS_EOS_INF) && options.flag(LladaSampler.LOGITS_EOS_INF);
    IntStream end = Arrays.stream(endTokens).limit(isWithoutEnd ? 1 : 0);
    suppressedTokens =
        IntStream.concat(IntStream.of(suppressed).filter(token -> token >= 0), end).toArray();
  }

  Denoiser denoiser() {
    return denoiser;
  }

  DecodeResources resources() {
    return resources;
  }

  DecodeRequest request() {
    return request;
  }

  Watch watch() {
    return watch;
  }

  DecodeOptions options() {
    return request.options();
  }

  /** Returns the mask token if it must not be proposed, or -1. */
  int suppressed() {
    return suppressed;
  }

  /** Returns all tokens that must not be proposed. */
  int[] suppressedTokens() {
    return suppressedTokens;
  }

  /** Tells whether a token ends the text: that of the options, or those of the model. */
  boolean isEnd(int token) {
    for (int end : endTokens) {
      if (token == end) {
        return true;
      }
    }
    return false;
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

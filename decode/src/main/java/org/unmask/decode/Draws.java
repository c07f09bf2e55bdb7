package org.unmask.decode;

/** Where the uniform random numbers of positions and acceptances come from. */
@FunctionalInterface
public interface Draws {

  /** Draws by {@link Noise} from the request's seed and sequence. */
  Draws SEEDED =
      (request, step, position, purpose) ->
          Noise.uniform(
              Noise.key(request.options().seed(), request.sequence(), step, position, purpose), 0);

  /**
   * Returns a number in [0, 1).
   *
   * @param request whose sequence draws
   * @param step number of the forward call, from 0
   * @param position from the start of the sequence
   * @param purpose what it decides
   */
  double uniform(DecodeRequest request, int step, int position, Noise.Purpose purpose);
}

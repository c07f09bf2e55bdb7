package org.unmask.decode;

/**
 * Where uniform random numbers come from. Tokens that the network itself draws by Gumbel noise do
 * not ask here; {@link org.unmask.model.Query#noise} gets keys of {@link Noise} for them.
 */
@FunctionalInterface
public interface Draws {

  /** Draws by {@link Noise} from the request's seed and sequence. */
  Draws SEEDED =
      (request, step, position, purpose, index) ->
          Noise.uniform(
              Noise.key(request.options().seed(), request.sequence(), step, position, purpose),
              index);

  /**
   * Returns a number in [0, 1).
   *
   * @param request whose sequence draws
   * @param step number of the forward call, from 0
   * @param position from the start of the sequence
   * @param purpose what it decides
   * @param index which number of several, such as the token
   */
  double uniform(DecodeRequest request, int step, int position, Noise.Purpose purpose, int index);
}

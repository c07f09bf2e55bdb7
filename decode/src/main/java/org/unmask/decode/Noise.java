package org.unmask.decode;

/**
 * Random numbers that are functions of where they are used, not of when.
 *
 * <p>A key is made from (seed, sequence, step, position, purpose), so a sequence draws the same
 * whatever runs beside it and in whatever order. To be repeated elsewhere:
 *
 * <pre>
 * mix(z)    = SplitMix64's finaliser: z ^= z >>> 30; z *= 0xBF58476D1CE4E5B9; z ^= z >>> 27;
 *             z *= 0x94D049BB133111EB; z ^= z >>> 31
 * key       = mix(... mix(mix(mix(seed + G) + sequence * G) + step * G) ... ), in the order
 *             sequence, step, position, purpose, with G = 0x9E3779B97F4A7C15 and wrapping sums
 * uniform   = ((mix(key + (index + 1) * G) >>> 11) + 0.5) * 2^-53, in (0, 1)
 * gumbel    = -ln(-ln(uniform))
 * </pre>
 *
 * <p>The step is the number of the sequence's forward call, the position counts from the start of
 * the sequence, and the purpose is the ordinal of {@link Purpose}.
 */
public final class Noise {

  private static final long GAMMA = 0x9E3779B97F4A7C15L;

  /** What a random number decides. The order is part of the format: append only. */
  public enum Purpose {
    /** Which token is proposed. */
    TOKEN,
    /** Which positions are unmasked. */
    POSITION,
    /** Whether a draft is accepted. */
    ACCEPT,
    /** What is drafted for a verifier. */
    DRAFT
  }

  private Noise() {}

  /** Returns the key of one use. */
  public static long key(long seed, long sequence, int step, int position, Purpose purpose) {
    long key = mix(seed + GAMMA);
    key = mix(key + sequence * GAMMA);
    key = mix(key + step * GAMMA);
    key = mix(key + position * GAMMA);
    return mix(key + purpose.ordinal() * GAMMA);
  }

  /** Returns the uniform number of an index under a key, in the open interval (0, 1). */
  public static double uniform(long key, int index) {
    return ((mix(key + (index + 1) * GAMMA) >>> 11) + 0.5) * 0x1p-53;
  }

  /** Returns the standard Gumbel number of an index under a key. */
  public static double gumbel(long key, int index) {
    return -StrictMath.log(-StrictMath.log(uniform(key, index)));
  }

  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}

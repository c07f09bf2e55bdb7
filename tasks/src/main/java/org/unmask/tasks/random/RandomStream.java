package org.unmask.tasks.random;

import java.util.ArrayList;
import java.util.List;

/**
 * A random stream whose values are fixed for ever: SplitMix64 over a counter that starts at a hash
 * of the stream's name.
 *
 * <p>Streams of different names are independent for our purposes, so every sample has its own and
 * does not depend on which others are made. The JDK's generators are not used because their bounded
 * draws may change between releases. Source: Steele, Lea, Flood, "Fast splittable pseudorandom
 * number generators", OOPSLA 2014.
 */
public final class RandomStream {

  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  private long state;

  private RandomStream(long state) {
    this.state = state;
  }

  /**
   * Opens a stream.
   *
   * @param seed the user's seed
   * @param name what the stream is for
   */
  public static RandomStream of(long seed, String name) {
    long state = mix(seed + GOLDEN_GAMMA);
    for (int i = 0; i < name.length(); i++) {
      state = mix(state + GOLDEN_GAMMA * (name.charAt(i) + 1));
    }
    return new RandomStream(state);
  }

  /** Returns 64 random bits. */
  public long nextLong() {
    state += GOLDEN_GAMMA;
    return mix(state);
  }

  /** Returns a uniform integer in [0, bound), without bias. */
  public int nextInt(int bound) {
    if (bound <= 0) {
      throw new IllegalArgumentException("bound must be positive, was " + bound);
    }
    long reject = Long.remainderUnsigned(-bound, bound); // 2^64 mod bound
    long bits;
    do {
      bits = nextLong();
    } while (Long.compareUnsigned(bits * bound, reject) < 0);
    return (int) Math.unsignedMultiplyHigh(bits, bound);
  }

  /** Returns a uniform integer in [low, high]. */
  public int between(int low, int high) {
    return low + nextInt(high - low + 1);
  }

  /** Returns one of the items. */
  public <T> T choose(List<T> items) {
    return items.get(nextInt(items.size()));
  }

  /** Returns the items in uniformly random order. */
  public <T> List<T> shuffled(List<T> items) {
    var copy = new ArrayList<>(items);
    for (int i = copy.size() - 1; i > 0; i--) {
      int j = nextInt(i + 1);
      T item = copy.get(i);
      copy.set(i, copy.get(j));
      copy.set(j, item);
    }
    return copy;
  }

  /** Returns {@code count} of the items in random order, each at most once. */
  public <T> List<T> sample(List<T> items, int count) {
    return List.copyOf(shuffled(items).subList(0, count));
  }

  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}

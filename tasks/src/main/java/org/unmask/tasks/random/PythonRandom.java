package org.unmask.tasks.random;

import java.util.ArrayList;
import java.util.List;

/**
 * Python's {@code random.Random}: the Mersenne Twister MT19937, seeded with an integer below 2^32.
 *
 * <p>Only for data that were made with it. Source: Matsumoto, Nishimura, "Mersenne Twister", ACM
 * TOMACS 8(1), 1998; how draws follow from its output is CPython's way since 3.2.
 */
public final class PythonRandom {

  private static final int SIZE = 624;
  private static final int SHIFT = 397;

  private final int[] state = new int[SIZE];
  private int index = SIZE;

  /**
   * Seeds the generator.
   *
   * @param seed from 0 to 2^32 - 1
   */
  public PythonRandom(long seed) {
    this(new int[] {(int) seed});
    if (seed < 0 || seed >>> 32 != 0) {
      throw new IllegalArgumentException("seed must be from 0 to 2^32 - 1, was " + seed);
    }
  }

  /** Seeds the generator as the authors' init_by_array does. */
  PythonRandom(int[] key) {
    state[0] = 19650218;
    for (int i = 1; i < SIZE; i++) {
      state[i] = 1812433253 * (state[i - 1] ^ state[i - 1] >>> 30) + i;
    }
    int i = 1;
    for (int k = 0; k < Math.max(SIZE, key.length); k++) {
      int j = k % key.length;
      state[i] = (state[i] ^ (state[i - 1] ^ state[i - 1] >>> 30) * 1664525) + key[j] + j;
      i = next(i);
    }
    for (int k = 0; k < SIZE - 1; k++) {
      state[i] = (state[i] ^ (state[i - 1] ^ state[i - 1] >>> 30) * 1566083941) - i;
      i = next(i);
    }
    state[0] = 1 << 31;
  }

  /** Draws {@code count} distinct items, as {@code sample} does where they are few among many. */
  public <T> List<T> sampleFew(List<T> items, int count) {
    var taken = new ArrayList<Integer>();
    while (taken.size() < count) {
      int i = below(items.size());
      if (!taken.contains(i)) {
        taken.add(i);
      }
    }
    return taken.stream().map(items::get).toList();
  }

  /** Puts the items into random order, as {@code shuffle} does. */
  public <T> List<T> shuffled(List<T> items) {
    var copy = new ArrayList<>(items);
    for (int i = copy.size() - 1; i > 0; i--) {
      int j = below(i + 1);
      T item = copy.get(i);
      copy.set(i, copy.get(j));
      copy.set(j, item);
    }
    return copy;
  }

  /** Draws from 0 to bound - 1: as few bits as hold the bound, again where they reach it. */
  private int below(int bound) {
    int bits = Integer.SIZE - Integer.numberOfLeadingZeros(bound);
    int value;
    do {
      value = nextInt() >>> Integer.SIZE - bits;
    } while (value >= bound);
    return value;
  }

  /** Returns 32 random bits. */
  int nextInt() {
    if (index == SIZE) {
      twist();
      index = 0;
    }
    int y = state[index++];
    y ^= y >>> 11;
    y ^= y << 7 & 0x9D2C5680;
    y ^= y << 15 & 0xEFC60000;
    return y ^ y >>> 18;
  }

  private void twist() {
    for (int i = 0; i < SIZE; i++) {
      int y = state[i] & 1 << 31 | state[(i + 1) % SIZE] & Integer.MAX_VALUE;
      state[i] = state[(i + SHIFT) % SIZE] ^ y >>> 1 ^ ((y & 1) == 0 ? 0 : 0x9908B0DF);
    }
  }

  /** The next index after i; past the end, the last value also becomes the first. */
  private int next(int i) {
    if (i + 1 < SIZE) {
      return i + 1;
    }
    state[0] = state[SIZE - 1];
    return 1;
  }
}

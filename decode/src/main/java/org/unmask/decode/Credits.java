package org.unmask.decode;

import java.util.Arrays;

/** What tokens have earned at each position, for CreditDecoding (arXiv 2510.06133); few have. */
final class Credits {

  private final int[][] tokens;
  private final float[][] credits;
  private final int[] counts;

  Credits(int length) {
    tokens = new int[length][4];
    credits = new float[length][4];
    counts = new int[length];
  }

  void clear() {
    Arrays.fill(counts, 0);
  }

  /** Multiplies all credits. */
  void decay(double factor) {
    for (int position = 0; position < counts.length; position++) {
      for (int i = 0; i < counts[position]; i++) {
        credits[position][i] = (float) (credits[position][i] * factor);
      }
    }
  }

  /** Adds to the credit of a token. */
  void earn(int position, int token, float gain) {
    int i = find(position, token);
    if (i == tokens[position].length) {
      tokens[position] = Arrays.copyOf(tokens[position], 2 * i);
      credits[position] = Arrays.copyOf(credits[position], 2 * i);
    }
    if (i == counts[position]) {
      counts[position]++;
      tokens[position][i] = token;
      credits[position][i] = 0;
    }
    credits[position][i] += gain;
  }

  private int find(int position, int token) {
    int i = 0;
    while (i < counts[position] && tokens[position][i] != token) {
      i++;
    }
    return i;
  }

  /** Returns how many tokens have a credit at a position. */
  int count(int position) {
    return counts[position];
  }

  int token(int position, int i) {
    return tokens[position][i];
  }

  double credit(int position, int i) {
    return credits[position][i];
  }

  /** Returns the credit of a token that has one. */
  double of(int position, int token) {
    return credits[position][find(position, token)];
  }
}

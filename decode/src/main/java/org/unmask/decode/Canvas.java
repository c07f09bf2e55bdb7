package org.unmask.decode;

import java.util.Arrays;

/**
 * Prompt and response of one sequence while it is decoded: token ids, some of them still the mask.
 *
 * <p>Positions count from the start of the sequence. The prompt is read-only.
 */
final class Canvas {

  private final int[] tokens;
  private final int[] committedAt;
  private final double[] confidence;
  private final int promptLength;
  private final int maskId;
  private int length;

  Canvas(int[] prompt, int genLength, int maskId) {
    this.promptLength = prompt.length;
    this.length = prompt.length + genLength;
    this.maskId = maskId;
    this.tokens = Arrays.copyOf(prompt, length);
    Arrays.fill(tokens, promptLength, length, maskId);
    this.committedAt = new int[length];
    Arrays.fill(committedAt, -1);
    this.confidence = new double[length];
    Arrays.fill(confidence, Double.NaN);
  }

  /** Token ids (capacity); rows from {@link #length} on are not part of the sequence. */
  int[] tokens() {
    return tokens;
  }

  int token(int position) {
    return tokens[position];
  }

  int promptLength() {
    return promptLength;
  }

  /** Returns the tokens of the sequence, prompt included. */
  int length() {
    return length;
  }

  int maskId() {
    return maskId;
  }

  boolean isMasked(int position) {
    return position >= promptLength && tokens[position] == maskId;
  }

  /** Returns how many positions in [from, to) are masked. */
  int masks(int from, int to) {
    int count = 0;
    for (int i = Math.max(from, promptLength); i < to; i++) {
      count += tokens[i] == maskId ? 1 : 0;
    }
    return count;
  }

  /** Puts a token at a position of the response. */
  void commit(int position, int token, double howSure, int step) {
    requireResponse(position);
    tokens[position] = token;
    confidence[position] = howSure;
    committedAt[position] = step;
  }

  /** Replaces a token of this canvas's copy of the prompt, for the sake of a quirk. */
  void overwritePrompt(int position, int token) {
    tokens[position] = token;
  }

  /** Puts a token that was given with the request. */
  void give(int position, int token) {
    requireResponse(position);
    tokens[position] = token;
  }

  /** Sets a position of the response back to the mask. */
  void remask(int position) {
    requireResponse(position);
    tokens[position] = maskId;
    committedAt[position] = -1;
  }

  /** Returns the step of a position's last commit, -1 for the prompt and for masks. */
  int committedAt(int position) {
    return committedAt[position];
  }

  /** Returns the confidence of a position's last commit, kept when remasked; NaN without one. */
  double confidence(int position) {
    return confidence[position];
  }

  /** Cuts the sequence off behind a position. */
  void truncate(int newLength) {
    length = Math.min(length, newLength);
  }

  /** Copies the response. */
  int[] response() {
    return Arrays.copyOfRange(tokens, promptLength, length);
  }

  private void requireResponse(int position) {
    if (position < promptLength || position >= length) {
      throw new IllegalStateException(
          "position "
              + position
              + " is not in the response ["
              + promptLength
              + ", "
              + length
              + "); the rule chose it wrongly");
    }
  }
}

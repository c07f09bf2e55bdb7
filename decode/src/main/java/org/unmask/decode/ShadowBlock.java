package org.unmask.decode;

import java.util.List;
import java.util.stream.IntStream;
import org.unmask.model.AttentionMask;
import org.unmask.model.Query;

/**
 * WINO's canvas with its shadow block (arXiv 2507.18578): masks behind the canvas, at the rotary
 * positions of the current block. Canvas rows do not see them; a shadow row sees the other shadow
 * rows and all of the canvas but its own position. So it says how likely the token there is for
 * somebody who does not see it.
 *
 * <p>Predicted are the masks up to the block's end, then the shadows of what the block has
 * unmasked.
 */
final class ShadowBlock {

  private final DecodeContext context;
  private final Canvas canvas;
  private final int blockLength;
  private final Feed feed = new Feed(null);
  private final int[] rows;
  private final int[] positions;
  private final int[] asked;
  private final long[] noiseKeys;
  private final AttentionMask.Explicit mask = this::sees;
  private int blockStart;
  private int masks;
  private int shadows;

  ShadowBlock(DecodeContext context, Canvas canvas, int blockLength) {
    this.context = context;
    this.canvas = canvas;
    this.blockLength = blockLength;
    rows = new int[canvas.length() + blockLength];
    positions = new int[rows.length];
    asked = new int[rows.length];
    noiseKeys = new long[rows.length];
  }

  Query query() {
    return feed.query();
  }

  /** Returns how many masks are predicted; they come first. */
  int masks() {
    return masks;
  }

  /** Returns how many shadows are predicted. */
  int shadows() {
    return shadows;
  }

  /** Returns the canvas position that a prediction is about. */
  int position(int i) {
    return positions[i];
  }

  /** Returns the shadows' positions, from the start of the response. */
  List<Integer> responsePositions() {
    return IntStream.range(masks, masks + shadows)
        .mapToObj(i -> positions[i] - canvas.promptLength())
        .toList();
  }

  /**
   * Lays out the next call.
   *
   * @param start of the block
   * @param step number of the call, for the noise
   */
  void lay(int start, int step) {
    blockStart = start;
    int length = canvas.length();
    feed.begin(canvas);
    for (int position = 0; position < length; position++) {
      feed.add(canvas, position);
    }
    for (int j = 0; j < blockLength; j++) {
      feed.add(canvas.maskId(), start + j, length + j);
    }
    feed.finish(length + blockLength);
    listRows(step);
    feed.query()
        .mask(mask)
        .predict(rows, masks + shadows)
        .ask(asked)
        .noise(context.options().temperature(), noiseKeys);
  }

  private void listRows(int step) {
    masks = 0;
    for (int p = canvas.promptLength(); p < blockStart + blockLength; p++) {
      if (canvas.isMasked(p)) {
        noiseKeys[masks] = context.noiseKey(step, p, Noise.Purpose.TOKEN);
        asked[masks] = -1;
        positions[masks] = p;
        rows[masks++] = p;
      }
    }
    shadows = 0;
    for (int p = blockStart; p < blockStart + blockLength; p++) {
      if (canvas.committedAt(p) >= 0) {
        asked[masks + shadows] = canvas.token(p);
        positions[masks + shadows] = p;
        rows[masks + shadows++] = canvas.length() + p - blockStart;
      }
    }
  }

  private boolean sees(int row, int slot) {
    int length = canvas.length();
    return slot < length ? row < length || slot != blockStart + row - length : row >= length;
  }
}

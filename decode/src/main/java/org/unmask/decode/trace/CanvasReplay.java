package org.unmask.decode.trace;

import java.util.Arrays;
import org.unmask.decode.DecodeStep;

/** The response of a recorded run, rebuilt step by step without a network. */
public final class CanvasReplay {

  /** Stands for the mask. */
  public static final int MASK = -1;

  private int[] tokens;

  /** Starts with masks only. */
  public CanvasReplay(int length) {
    tokens = new int[length];
    Arrays.fill(tokens, MASK);
  }

  /** Makes the changes of the next step. */
  public void apply(DecodeStep step) {
    step.remaskedBefore().forEach(position -> put(position, MASK));
    for (int i = 0; i < step.positions().size(); i++) {
      put(step.positions().get(i), step.tokenIds().get(i));
    }
    step.edits().forEach(edit -> put(edit.position(), edit.to()));
    step.remasked().forEach(position -> put(position, MASK));
    if (step.details().get("eos_filled_from") instanceof Integer from
        && step.details().get("eos_id") instanceof Integer end
        && from < tokens.length) {
      Arrays.fill(tokens, from, tokens.length, end);
    }
    if (step.details().get("length") instanceof Integer length && length < tokens.length) {
      tokens = Arrays.copyOf(tokens, length);
    }
  }

  private void put(int position, int token) {
    if (position >= tokens.length) { // some decoders round up to whole blocks
      int before = tokens.length;
      tokens = Arrays.copyOf(tokens, position + 1);
      Arrays.fill(tokens, before, tokens.length, MASK);
    }
    if (position >= 0) {
      tokens[position] = token;
    }
  }

  /** Returns the tokens now; {@link #MASK} where there is none. */
  public int[] tokens() {
    return tokens.clone();
  }
}

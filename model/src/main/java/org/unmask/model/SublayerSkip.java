package org.unmask.model;

import java.util.BitSet;

/**
 * Sublayers that rows do not pass through: a skipped one leaves the residual stream as it is.
 *
 * @param attention layers whose attention is skipped, not to be changed while in use
 * @param mlp layers whose feed-forward network is skipped, not to be changed while in use
 */
public record SublayerSkip(BitSet attention, BitSet mlp) {

  /** Skips nothing. */
  public static final SublayerSkip NONE = new SublayerSkip(new BitSet(), new BitSet());
}

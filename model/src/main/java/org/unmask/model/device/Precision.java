package org.unmask.model.device;

import java.util.Locale;

/** How a device holds weights, keys and values, and computes products. */
public enum Precision {
  /** bfloat16 operands, float32 sums and residual stream. */
  BF16,
  /** float16 operands, float32 sums and residual stream. */
  F16,
  /** float32 throughout, sums in the order of the device's library. */
  F32,
  /** float32 in the order that gives the bits of the CPU. */
  EXACT;

  /** Returns the name that commands use. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}

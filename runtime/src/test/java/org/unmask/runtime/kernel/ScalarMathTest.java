package org.unmask.runtime.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ScalarMathTest {

  @Test
  void exp_allBinades_withinOneUlp() {
    double worst = 0;
    for (int sign = 0; sign < 2; sign++) {
      int limit = Float.floatToRawIntBits(sign == 1 ? 87.336f : 88.722f);
      for (int bits = Float.floatToRawIntBits(1e-9f); bits <= limit; bits += 997) {
        float x = Float.intBitsToFloat(bits | (sign << 31));
        double exact = StrictMath.exp(x);
        worst = Math.max(worst, Math.abs(ScalarMath.exp(x) - exact) / Math.ulp((float) exact));
      }
    }
    assertThat(worst).isLessThan(1.0);
  }

  @Test
  void exp_specialValues() {
    assertThat(ScalarMath.exp(0f)).isEqualTo(1f);
    assertThat(ScalarMath.exp(-0f)).isEqualTo(1f);
    assertThat(ScalarMath.exp(Float.NEGATIVE_INFINITY)).isZero();
    assertThat(ScalarMath.exp(-88f)).isZero(); // below the normal range: flushed
    assertThat(ScalarMath.exp(Float.POSITIVE_INFINITY)).isInfinite();
    assertThat(ScalarMath.exp(89f)).isInfinite();
    assertThat(ScalarMath.exp(Float.NaN)).isNaN();
  }
}

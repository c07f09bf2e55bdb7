package org.unmask.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import org.junit.jupiter.api.Test;

class LogLikelihoodTest {

  @Test
  void counts_areSpreadAndRoundedHalfToEven() {
    assertThat(LogLikelihood.counts(10, 4, 3)).containsExactly(3, 6, 8, 10);
    assertThat(LogLikelihood.counts(10, 4, 9)).containsExactly(9, 2, 4, 6);
    assertThat(LogLikelihood.counts(1, 1, 1)).containsExactly(1);
  }

  /** If tokens are independent of what is seen, every subset gives the exact value. */
  @Test
  void estimate_ofIndependentTokens_isExact() {
    float[][] rows = {
      new float[5],
      ScriptedDenoiser.row(5, 1, .5),
      ScriptedDenoiser.row(5, 2, .25),
      ScriptedDenoiser.row(5, 3, .8)
    };
    LogLikelihood likelihood = new LogLikelihood(ScriptedDenoiser.table(4, rows), 0);
    int[] answer = {1, 2, 3};
    double exact = Math.log(.5) + Math.log(.25) + Math.log(.8);
    double mean = 0;
    for (int seed = 0; seed < 300; seed++) {
      mean += likelihood.estimate(new int[] {0}, answer, 3, 3, seed) / 300;
    }
    assertThat(mean).isCloseTo(exact, within(.1)); // 300 x 3 subsets, deviation about 0.03
  }

  @Test
  void isGreedy_onlyWhereEveryStepTakesTheAnswersToken() {
    ScriptedDenoiser network = ScriptedDenoiser.random(5, 6, 0, 2);
    int[] prompt = {1, 2};
    int[] decoded =
        new Decoder(network, DecodeResources.none())
            .decode(
                new DecodeRequest(
                    prompt, DecodeOptions.of("llada-low-confidence", Map.of("gen-length", 4))))
            .ids();
    LogLikelihood likelihood = new LogLikelihood(network, 0);
    assertThat(likelihood.isGreedy(prompt, decoded)).isTrue();
    for (int i = 0; i < 4; i++) {
      int[] other = decoded.clone();
      other[i] = (other[i] + 1) % 5;
      assertThat(likelihood.isGreedy(prompt, other)).isFalse();
    }
  }
}

package org.unmask.decode;

import org.unmask.model.Predictions;

/** Says which token a position would get. */
interface TokenProposer {

  /** Returns the temperature of the Gumbel noise that the network adds to its logits. */
  default double gumbelTemperature() {
    return 0;
  }

  /** Tells whether the logits are needed. */
  default boolean wantsLogits() {
    return false;
  }

  /**
   * Returns the proposals of a step.
   *
   * @param step which rows there are
   * @param raw what the network says
   */
  Predictions propose(Step step, Predictions raw);

  /**
   * LLaDA's: the arg-max of {@code l + T * g} with Gumbel noise g, which samples from softmax(l /
   * T); the confidence stays that of softmax(l). Greedy at T = 0.
   *
   * @param temperature T, at least 0
   */
  record Gumbel(double temperature) implements TokenProposer {

    @Override
    public double gumbelTemperature() {
      return temperature;
    }

    @Override
    public Predictions propose(Step step, Predictions raw) {
      return raw;
    }
  }
}

package org.unmask.decode;

import java.util.List;

/** The scores of the published samplers. */
enum Score implements ConfidenceScorer {

  /** Probability of the proposed token. */
  CONFIDENCE("confidence") {
    @Override
    public double score(Step step, int row) {
      return step.confidence(row);
    }
  },

  /** Highest minus second highest probability. */
  MARGIN("margin") {
    @Override
    public double score(Step step, int row) {
      return step.predictions().top(row) - step.predictions().second(row);
    }
  },

  /** Negative entropy in nats; 0 is surest. */
  ENTROPY("entropy") {
    @Override
    public double score(Step step, int row) {
      return -step.predictions().entropy(row);
    }
  },

  /** A uniform random number, drawn anew for every position at every step. */
  RANDOM("random") {
    @Override
    public double score(Step step, int row) {
      return step.context().uniform(step.call(), step.position(row), Noise.Purpose.POSITION);
    }

    @Override
    public double shown(Step step, int row) {
      return step.confidence(row);
    }
  };

  static final String NAME = "scorer";
  private static final String DTYPE = "score-dtype";

  private final String word;

  Score(String word) {
    this.word = word;
  }

  /** Adds the options that {@link #of} reads. */
  static Algorithm.Builder options(Algorithm.Builder algorithm) {
    return algorithm
        .with(parameter())
        .with(
            Parameter.choice(
                DTYPE,
                "float64",
                List.of("float64", "bf16"),
                "precision of certainties; bf16 rounds them as published GPU runs do"));
  }

  private static Parameter parameter() {
    List<String> words = List.of(CONFIDENCE.word, MARGIN.word, ENTROPY.word, RANDOM.word);
    return Parameter.choice(NAME, CONFIDENCE.word, words, "how the certainty is measured");
  }

  static ConfidenceScorer of(DecodeOptions options) {
    String word = options.word(NAME);
    for (Score score : values()) {
      if (score.word.equals(word)) {
        return options.word(DTYPE).equals("bf16")
            ? (step, row) -> bf16(score.score(step, row))
            : score;
      }
    }
    throw new IllegalStateException("no score is called " + word);
  }

  /** Rounds to 8 significand bits, half to even. */
  static double bf16(double score) {
    int bits = Float.floatToRawIntBits((float) score);
    return Float.intBitsToFloat(bits + 0x7fff + (bits >>> 16 & 1) & 0xffff0000);
  }
}

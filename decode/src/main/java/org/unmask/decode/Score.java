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

  private final String word;

  Score(String word) {
    this.word = word;
  }

  static Parameter parameter() {
    List<String> words = List.of(CONFIDENCE.word, MARGIN.word, ENTROPY.word, RANDOM.word);
    return Parameter.choice(NAME, CONFIDENCE.word, words, "how the certainty is measured");
  }

  static Score of(DecodeOptions options) {
    String word = options.word(NAME);
    for (Score score : values()) {
      if (score.word.equals(word)) {
        return score;
      }
    }
    throw new IllegalStateException("no score is called " + word);
  }
}

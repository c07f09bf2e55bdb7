package org.unmask.tasks.metric;

import java.util.Optional;

/**
 * The outside opinions that text scores need. A score whose judge is absent is left out of the
 * result, never guessed; list and puzzle tasks need none.
 *
 * @param grammar checks grammar, for {@code grammar_score}
 * @param similarity compares meaning, for {@code bertscore}
 */
public record Judges(Optional<GrammarChecker> grammar, Optional<SimilarityScorer> similarity) {

  /** No judge at all. */
  public static final Judges NONE = new Judges(Optional.empty(), Optional.empty());

  /** Returns judges with this grammar checker and nothing else. */
  public static Judges ofGrammar(GrammarChecker checker) {
    return new Judges(Optional.of(checker), Optional.empty());
  }
}

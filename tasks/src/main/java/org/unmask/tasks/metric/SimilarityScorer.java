package org.unmask.tasks.metric;

/**
 * Measures how alike two English sentences are in meaning; ParallelBench uses the F1 of BERTScore.
 * Implementations need not be thread-safe.
 */
public interface SimilarityScorer {

  /**
   * Compares two sentences.
   *
   * @param candidate the model's sentence, not empty
   * @param reference the sentence it should mean the same as
   * @return likeness, 1 for identical meaning
   */
  double score(String candidate, String reference);

  /** Returns name and version of the scorer; results depend on both, so reports print it. */
  String version();
}

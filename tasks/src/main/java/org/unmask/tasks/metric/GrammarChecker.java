package org.unmask.tasks.metric;

/**
 * Counts the mistakes a grammar checker finds in English text.
 *
 * <p>ParallelBench uses LanguageTool {@code en-US} with all its default rules; that library is
 * large and so lives at the edge, behind this interface. Implementations need not be thread-safe.
 */
public interface GrammarChecker {

  /**
   * Counts the matches of all rules.
   *
   * @param text the text, already stripped, not empty
   * @return how many mistakes were found, 0 for clean text
   */
  int mistakes(String text);

  /** Returns name and version of the checker; results depend on both, so reports print it. */
  String version();
}

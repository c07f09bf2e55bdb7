package org.unmask.decode;

import java.util.List;

/** Which positions an inner step of block diffusion takes (SDAR, arXiv 2510.06303). */
enum BlockRule {

  /** All above a threshold if they are at least the step's quota, else the best ones. */
  DYNAMIC,

  /** The step's quota of the best ones. */
  STATIC,

  /** The step's quota of the leftmost ones. */
  SEQUENTIAL;

  /** Returns the rule of a name of the release. */
  static BlockRule of(String name) {
    return switch (name) {
      case "low-confidence-static" -> STATIC;
      case "sequential" -> SEQUENTIAL;
      default -> DYNAMIC;
    };
  }

  static List<Algorithm> algorithms() {
    return List.of(
        algorithm("block-dynamic", "block diffusion, all above a threshold", DYNAMIC),
        algorithm("block-static", "block diffusion, a quota of the surest", STATIC),
        algorithm("block-sequential", "block diffusion, left to right", SEQUENTIAL));
  }

  private static Algorithm algorithm(String id, String title, BlockRule rule) {
    return BlockDiffusion.options(Algorithm.named(id, title))
        .startedBy(context -> new BlockDiffusion(context, rule));
  }

  /**
   * Chooses among a step's candidates.
   *
   * @param taken rows that were unmasked in this step already; they count
   * @param quota how many are due, never more than there are candidates
   * @param threshold certainty to exceed, of the dynamic rule
   */
  void select(Step step, boolean[] taken, int quota, double threshold, Picks picks) {
    int left = quota;
    int above = 0;
    for (int i = 0; i < step.candidates(); i++) {
      int row = step.candidate(i);
      left -= taken[row] ? 1 : 0;
      above += !taken[row] && step.score(row) > threshold ? 1 : 0;
    }
    if (left <= 0) {
      return;
    }
    int count = this == DYNAMIC ? Math.max(above, left) : left;
    for (int i = 0; i < step.candidates() && picks.count() < count; i++) {
      int row = this == SEQUENTIAL ? step.candidate(i) : step.ranked(i);
      if (!taken[row]) {
        picks.add(row);
      }
    }
  }
}

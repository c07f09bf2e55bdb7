package org.unmask.tasks.parallelbench;

/**
 * A release of ParallelBench. Prompts, one-shot examples, index base and text scores differ between
 * them, so results of both must never share a table.
 */
public enum Version {
  /** The release of the paper, October 2025, and of the published data files. */
  PAPER_2510("paper-2510"),
  /** The command-line rewrite of spring 2026, behind the public leaderboard. */
  CLI_2026("cli-2026");

  private final String id;

  Version(String id) {
    this.id = id;
  }

  /** Returns the name used in options and result files. */
  public String id() {
    return id;
  }

  /**
   * Finds a version by name.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  public static Version of(String id) {
    for (var version : values()) {
      if (version.id.equals(id)) {
        return version;
      }
    }
    throw new IllegalArgumentException(
        "unknown ParallelBench version '" + id + "'; use paper-2510 or cli-2026");
  }
}

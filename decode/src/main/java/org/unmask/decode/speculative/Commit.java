package org.unmask.decode.speculative;

/**
 * What a rule commits.
 *
 * @param path accepted nodes, from the committed text on
 * @param extra token behind them, or -1 if there is none
 */
public record Commit(int[] path, int extra) {

  /** Returns the last accepted node, -1 if there is none. */
  public int last() {
    return path.length == 0 ? -1 : path[path.length - 1];
  }

  /** Returns how many tokens are committed. */
  public int size() {
    return path.length + (extra < 0 ? 0 : 1);
  }
}

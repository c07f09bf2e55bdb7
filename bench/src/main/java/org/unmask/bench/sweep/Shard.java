package org.unmask.bench.sweep;

/**
 * A part of a run: of every task, each {@code count}-th sample.
 *
 * @param index number of the part, from 1
 * @param count number of parts
 */
public record Shard(int index, int count) {

  /** The whole run. */
  public static final Shard WHOLE = new Shard(1, 1);

  /** Checks the range. */
  public Shard {
    if (index < 1 || index > count) {
      throw new IllegalArgumentException(
          "shard " + index + "/" + count + " does not exist; count from 1/" + count);
    }
  }

  /**
   * Reads {@code i/n}.
   *
   * @throws IllegalArgumentException if the text is something else
   */
  public static Shard of(String text) {
    String[] parts = text.strip().split("/");
    try {
      if (parts.length == 2) {
        return new Shard(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
      }
    } catch (NumberFormatException e) {
      // the same message
    }
    throw new IllegalArgumentException("shard '" + text + "' is not of the form i/n, such as 2/4");
  }

  /** Tells whether the n-th sample of a task, from 0, belongs to this part. */
  boolean has(int position) {
    return position % count == index - 1;
  }

  /** Returns how many of a number of samples belong to this part. */
  public int share(int samples) {
    return samples <= index - 1 ? 0 : (samples - index) / count + 1;
  }

  @Override
  public String toString() {
    return index + "/" + count;
  }
}

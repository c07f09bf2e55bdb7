package org.unmask.decode;

import org.jspecify.annotations.Nullable;

/**
 * What is taken down of a sequence beside its result.
 *
 * @param listener receives each step, or null
 * @param keepsPredictions whether steps say what was predicted for every row
 * @param measuresStaleness whether calls that read a cache are compared with exact ones
 * @param replay what earlier calls said, when a recorded run is resumed, or null
 */
record Watch(
    @Nullable Listener listener,
    boolean keepsPredictions,
    boolean measuresStaleness,
    @Nullable Replay replay) {

  /** Takes nothing down. */
  static final Watch NOTHING = new Watch(null, false, false, null);

  /** Receives the steps of one sequence. */
  interface Listener {
    void accept(DecodeStep step);
  }

  Watch heardBy(Listener other) {
    return new Watch(other, keepsPredictions, measuresStaleness, replay);
  }

  Watch replaying(Replay other) {
    return new Watch(listener, keepsPredictions, measuresStaleness, other);
  }
}

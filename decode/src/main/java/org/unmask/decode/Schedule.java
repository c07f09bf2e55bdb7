package org.unmask.decode;

/** Says how many tokens a step unmasks. */
interface Schedule {

  /**
   * Returns the quota of a step.
   *
   * @param step index of the step in its block, from 0
   * @param steps steps planned for the block, T
   * @param atEntry masks when the block was entered, n
   * @param left masks now
   * @return in [0, left]
   */
  int quota(int step, int steps, int atEntry, int left);

  /** {@code n div T} tokens a step and one more in the first {@code n mod T} (LLaDA). */
  Schedule EVEN =
      (step, steps, atEntry, left) ->
          step >= steps - 1
              ? left
              : Math.min(left, atEntry / steps + (step < atEntry % steps ? 1 : 0));

  /**
   * Dream's linear schedule: of the masks left, the share {@code 1 - t(i+1) / t(i)}, rounded down,
   * and all of them at the last step, where t falls linearly from 1 to eps in T steps.
   *
   * <p>Computed in float32 as the released code does, so that its roundings are kept: a step may
   * get one token less than n / T, or none, and the last step more.
   *
   * @param eps last noise level
   */
  record DreamLinear(double eps) implements Schedule {

    @Override
    public int quota(int step, int steps, int atEntry, int left) {
      if (step >= steps - 1) {
        return left;
      }
      return (int) (left * unmaskShare(step, steps));
    }

    /** Returns 1 - t(i+1) / t(i) in float32. */
    float unmaskShare(int step, int steps) {
      return 1f - level(step + 1, steps) / level(step, steps);
    }

    /** The i-th of T + 1 points from 1 to eps, counted from the nearer end. */
    private float level(int i, int steps) {
      float end = (float) eps;
      float width = (end - 1f) / steps;
      return i < (steps + 1) / 2 ? 1f + width * i : end - width * (steps - i);
    }
  }
}

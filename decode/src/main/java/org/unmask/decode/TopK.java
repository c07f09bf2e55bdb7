package org.unmask.decode;

/**
 * Unmasks the best positions, as many as a schedule says.
 *
 * @param schedule quota of each step
 */
record TopK(Schedule schedule) implements UnmaskPolicy {

  @Override
  public void select(Step step, Picks picks) {
    int quota =
        schedule.quota(step.index(), step.stepsPerBlock(), step.masksAtEntry(), step.candidates());
    for (int rank = 0; rank < quota; rank++) {
      picks.add(step.ranked(rank));
    }
  }
}

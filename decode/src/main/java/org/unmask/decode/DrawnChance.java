package org.unmask.decode;

import java.util.Arrays;
import org.unmask.decode.speculative.Chance;

/**
 * Choices from the numbers of one sequence.
 *
 * <p>A token's number depends on its position alone and not on the pass that decides it, so that
 * sample-match commits the tokens of plain sampling with the same seed.
 */
final class DrawnChance implements Chance {

  /** What choices are made. */
  enum Use {
    /** Tokens are committed. */
    COMMIT,
    /** Tokens are drafted, by numbers of their own. */
    DRAFT,
    /**
     * Tokens are drafted by the numbers that will commit: more of them agree, and sample-match does
     * not mind, since what it commits does not depend on the draft.
     */
    COUPLED_DRAFT
  }

  private final DecodeContext context;
  private final Use use;
  private final int[] drawn;
  private int pass;
  private int decided;

  /**
   * Makes the choices of a sequence.
   *
   * @param length most tokens of the sequence
   * @param use what they are for
   */
  DrawnChance(DecodeContext context, int length, Use use) {
    this.context = context;
    this.use = use;
    drawn = new int[length + 1];
  }

  /** Starts the choices of a pass. */
  void begin(int number) {
    pass = number;
    decided = 0;
    Arrays.fill(drawn, 0);
  }

  @Override
  public boolean happens(double probability, int position) {
    Noise.Purpose purpose = use == Use.COMMIT ? Noise.Purpose.ACCEPT : Noise.Purpose.DRAFT;
    return uniform(pass, position, purpose, decided++) < probability;
  }

  @Override
  public int draw(double[] weights, int position) {
    double number =
        switch (use) {
          case COMMIT -> uniform(0, position, Noise.Purpose.TOKEN, drawn[position]++);
          case DRAFT -> uniform(pass, position, Noise.Purpose.DRAFT, decided++);
          case COUPLED_DRAFT -> uniform(0, position, Noise.Purpose.TOKEN, 0);
        };
    return Chance.pick(weights, number);
  }

  private double uniform(int step, int position, Noise.Purpose purpose, int index) {
    return context.request().draws().uniform(context.request(), step, position, purpose, index);
  }
}

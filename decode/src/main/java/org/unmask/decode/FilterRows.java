package org.unmask.decode;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Collects training rows for Learn2PD's filter (arXiv 2509.25188): an answer is decoded one token
 * per step, then again block by block, unmasking at every step all positions whose best token is
 * the answer's; every step is a row.
 *
 * <p>If a step says what the one before said, the block is filled from the answer.
 */
public final class FilterRows {

  private FilterRows() {}

  /**
   * Decodes a prompt one token per step and collects its rows.
   *
   * @param decoder of the model the filter is for
   * @param prompt token ids
   * @param genLength tokens to generate, a multiple of 32
   */
  public static List<FilterRow> collect(Decoder decoder, int[] prompt, int genLength) {
    DecodeRequest request = new DecodeRequest(prompt, options(genLength));
    return collect(decoder, prompt, decoder.decode(request).ids());
  }

  /**
   * Collects the rows of a known answer.
   *
   * @param decoder of the model the filter is for
   * @param prompt token ids
   * @param answer token ids, as many as the model would generate; a multiple of 32
   */
  public static List<FilterRow> collect(Decoder decoder, int[] prompt, int[] answer) {
    DecodeRequest request = new DecodeRequest(prompt, options(answer.length));
    Collector rule = new Collector(answer);
    decoder.run(
        request,
        context ->
            new BlockDecoding(context, Strategy.of(request.options(), rule).withRemasker(rule)));
    return rule.rows;
  }

  private static DecodeOptions options(int genLength) {
    return DecodeOptions.of(
        "llada-low-confidence",
        Map.of(CommonOptions.GEN_LENGTH, genLength, CommonOptions.BLOCK_LENGTH, FilterModel.WIDTH));
  }

  private static final class Collector implements UnmaskPolicy, Remasker {

    private final int[] answer;
    private final List<FilterRow> rows = new ArrayList<>();
    private int[] said = {};
    private boolean isStuck;

    private Collector(int[] answer) {
      this.answer = answer;
    }

    @Override
    public boolean predicts(Step step, int position) {
      return position >= step.blockStart() && position < step.blockEnd();
    }

    @Override
    public void select(Step step, Picks picks) {
      float[] confidence = new float[step.rows()];
      boolean[] isCorrect = new boolean[step.rows()];
      int[] says = new int[step.rows()];
      for (int row = 0; row < step.rows(); row++) {
        confidence[row] = (float) step.predictions().top(row);
        says[row] = step.token(row);
        isCorrect[row] = says[row] == answer[step.relative(step.position(row))];
        if (isCorrect[row] && step.canvas().isMasked(step.position(row))) {
          picks.add(row);
        }
      }
      isStuck = step.index() > 0 && Arrays.equals(says, said);
      said = says;
      rows.add(new FilterRow(step.block(), step.index(), isStuck, confidence, isCorrect));
    }

    @Override
    public void revise(Step step, Edits edits) {
      for (int i = 0; isStuck && i < step.candidates(); i++) {
        int position = step.position(step.candidate(i));
        if (step.canvas().isMasked(position)) {
          edits.commit(position, answer[step.relative(position)], 1);
        }
      }
    }
  }
}

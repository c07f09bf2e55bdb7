package org.unmask.decode;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Collects training rows for Learn2PD's filter (arXiv 2509.25188): an answer is decoded one token
 * per step, then again block by block, unmasking at every step all positions whose best token is
 * the answer's; every step is a row.
 *
 * <p>If a step says what the one before said, the block is filled from the answer. On wish the
 * steps of the first pass are rows too: they cost nothing, are many, and show blocks that are
 * filled more slowly than the second pass does.
 */
public final class FilterRows {

  /** Receives the rows of a request. */
  @FunctionalInterface
  public interface Sink {

    /**
     * Takes the rows of one request.
     *
     * @param request index of its request, from 0, in the order given
     * @param rows those of the first pass, if wanted, then those of the second
     */
    void accept(int request, List<FilterRow> rows);
  }

  private FilterRows() {}

  /**
   * Returns the options of the answer that rows are compared with: greedy, one token per step.
   *
   * @param genLength tokens to generate
   * @param blockLength tokens per block, a divisor of {@code genLength}
   */
  public static DecodeOptions reference(int genLength, int blockLength) {
    return DecodeOptions.of(
        "llada-low-confidence",
        Map.of(CommonOptions.GEN_LENGTH, genLength, CommonOptions.BLOCK_LENGTH, blockLength));
  }

  /**
   * Collects the rows of many prompts.
   *
   * @param decoder of the model the filter is for
   * @param requests prompts with {@link #reference} options, perhaps with a cache
   * @param batch most sequences under way at a time, at least 1
   * @param withFirstPass whether the steps of the one-by-one decoding are rows too
   * @param sink receives the rows as soon as they are there
   */
  public static void collectAll(
      Decoder decoder,
      Iterator<DecodeRequest> requests,
      int batch,
      boolean withFirstPass,
      Sink sink) {
    decoder.runAll(
        requests,
        batch,
        (index, request) -> new BothPasses(decoder.context(request), withFirstPass),
        (index, decoding) -> sink.accept(index, ((BothPasses) decoding).rows()));
  }

  /**
   * Collects the rows of a known answer, without those of a first pass.
   *
   * @param decoder of the model the filter is for
   * @param prompt token ids
   * @param answer token ids, as many as the model would generate
   * @param blockLength tokens per block, a divisor of the answer's length
   */
  public static List<FilterRow> collect(
      Decoder decoder, int[] prompt, int[] answer, int blockLength) {
    DecodeRequest request = new DecodeRequest(prompt, reference(answer.length, blockLength));
    List<FilterRow> rows = new ArrayList<>();
    decoder.runAll(
        List.of(request).iterator(),
        1,
        (index, one) -> secondPass(decoder.context(one), answer, rows),
        (index, decoding) -> {});
    return rows;
  }

  private static BlockDecoding secondPass(
      DecodeContext context, int[] answer, List<FilterRow> rows) {
    Agreement rule = new Agreement(answer, rows);
    return new BlockDecoding(context, Strategy.of(context.options(), rule).withRemasker(rule));
  }

  /** One by one, then by agreement with what came out. */
  private static final class BothPasses extends Decoding {

    private final List<Sight> sights = new ArrayList<>();
    private final List<FilterRow> rows = new ArrayList<>();
    private final boolean withFirstPass;
    private final BlockDecoding first;
    private @Nullable BlockDecoding second;

    private BothPasses(DecodeContext context, boolean withFirstPass) {
      super(context);
      this.withFirstPass = withFirstPass;
      first = new BlockDecoding(context, Strategy.of(context.options(), new Watcher(sights)));
    }

    @Override
    boolean plan(Calls calls) {
      if (second == null) {
        if (first.plan(calls)) {
          return true;
        }
        int[] answer = first.canvas.response();
        if (withFirstPass) {
          sights.forEach(sight -> rows.add(sight.row(answer, false)));
        }
        second = secondPass(context, answer, rows);
      }
      return second.plan(calls);
    }

    @Override
    void absorb() {
      (second == null ? first : second).absorb();
    }

    private List<FilterRow> rows() {
      return rows;
    }
  }

  /**
   * A block as one step sees it.
   *
   * @param start its first position in the answer
   * @param says the best token of each position
   */
  private record Sight(int block, int step, int start, int[] says, float[] confidence) {

    static Sight of(Step step) {
      int[] says = new int[step.rows()];
      float[] confidence = new float[step.rows()];
      for (int row = 0; row < step.rows(); row++) {
        says[row] = step.token(row);
        confidence[row] = (float) step.predictions().top(row);
      }
      int start = step.relative(step.blockStart());
      return new Sight(step.block(), step.index(), start, says, confidence);
    }

    FilterRow row(int[] answer, boolean isStuck) {
      boolean[] isCorrect = new boolean[says.length];
      for (int i = 0; i < says.length; i++) {
        isCorrect[i] = says[i] == answer[start + i];
      }
      return new FilterRow(block, step, isStuck, confidence, isCorrect);
    }
  }

  /** The most probable position, with a look at the whole block. */
  private record Watcher(List<Sight> sights) implements UnmaskPolicy {

    @Override
    public boolean predicts(Step step, int position) {
      return position >= step.blockStart() && position < step.blockEnd();
    }

    @Override
    public void select(Step step, Picks picks) {
      sights.add(Sight.of(step));
      picks.add(step.ranked(0));
    }
  }

  /** All positions that agree with the answer. */
  private static final class Agreement implements UnmaskPolicy, Remasker {

    private final int[] answer;
    private final List<FilterRow> rows;
    private int[] said = {};
    private boolean isStuck;

    private Agreement(int[] answer, List<FilterRow> rows) {
      this.answer = answer;
      this.rows = rows;
    }

    @Override
    public boolean predicts(Step step, int position) {
      return position >= step.blockStart() && position < step.blockEnd();
    }

    @Override
    public void select(Step step, Picks picks) {
      Sight sight = Sight.of(step);
      isStuck = step.index() > 0 && Arrays.equals(sight.says(), said);
      said = sight.says();
      FilterRow row = sight.row(answer, isStuck);
      rows.add(row);
      for (int i = 0; i < step.rows(); i++) {
        if (row.isCorrect()[i] && step.canvas().isMasked(step.position(i))) {
          picks.add(i);
        }
      }
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

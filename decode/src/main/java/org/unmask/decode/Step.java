package org.unmask.decode;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.unmask.model.Predictions;

/**
 * What the components of a strategy see of one forward call: the canvas, where decoding stands in
 * its blocks, and the predictions.
 *
 * <p>A <em>row</em> is a predicted position, a <em>candidate</em> a row that may be unmasked now: a
 * masked position before the end of the current block. Rows and candidates ascend by position.
 */
final class Step {

  private final Canvas canvas;
  private final DecodeContext context;
  private final Recording recording;

  int call;
  int block;
  int blockStart;
  int blockEnd;
  int index;
  int stepsPerBlock;
  int masksAtEntry;
  int lengthAtEntry;

  private int[] positions = {};
  private int rows;
  private int[] candidates = {};
  private int candidateCount;
  private double[] scores = {};
  private int[] ranked = {};
  private int[] ordered = {};
  private int[] sortScratch = {};
  private double[] scratch = {};
  private boolean isRanked;
  private Predictions predictions = new Predictions();
  Predictions rawPredictions = predictions;

  Step(Canvas canvas, DecodeContext context, Recording recording) {
    this.canvas = canvas;
    this.context = context;
    this.recording = recording;
  }

  Canvas canvas() {
    return canvas;
  }

  DecodeContext context() {
    return context;
  }

  /**
   * Returns the attention (sequence, sequence) averaged over heads and layers, if the policy wants
   * it; every call must feed the whole sequence then.
   */
  float[] attention() {
    return rawPredictions.attention();
  }

  /** Tells whether details are recorded; ask before computing one. */
  boolean isRecorded() {
    return recording.isRecorded();
  }

  /** Records what the rule went by, under the name the golden traces use. */
  void detail(String name, Object value) {
    recording.detail(name, value);
  }

  /** Returns a position as traces count it, from the start of the response. */
  int relative(int position) {
    return position - canvas.promptLength();
  }

  /** Returns the positions of rows as traces count them. */
  List<Integer> relatives(IntStream rows) {
    return rows.mapToObj(row -> relative(positions[row])).toList();
  }

  /** Returns the number of the sequence's forward call, from 0. */
  int call() {
    return call;
  }

  /** Returns the number of the block, from 0. */
  int block() {
    return block;
  }

  int blockStart() {
    return blockStart;
  }

  int blockEnd() {
    return blockEnd;
  }

  /** Returns the number of the call within the block, from 0. */
  int index() {
    return index;
  }

  /** Returns the steps planned for the block, T. */
  int stepsPerBlock() {
    return stepsPerBlock;
  }

  /** Returns the masks before the block's end when the block was entered, n. */
  int masksAtEntry() {
    return masksAtEntry;
  }

  /** Returns the length of the sequence when the block was entered. */
  int lengthAtEntry() {
    return lengthAtEntry;
  }

  /** Returns how many masks before the block's end there are now. */
  int masksLeft() {
    return canvas.masks(0, blockEnd);
  }

  /** Returns how many positions are predicted. */
  int rows() {
    return rows;
  }

  /** Returns the position of a row. */
  int position(int row) {
    return positions[row];
  }

  int token(int row) {
    return predictions.token(row);
  }

  /** Returns the probability of the proposed token. */
  double confidence(int row) {
    return predictions.confidence(row);
  }

  /** Returns how sure the strategy's scorer is; higher goes first. */
  double score(int row) {
    return scores[row];
  }

  Predictions predictions() {
    return predictions;
  }

  int candidates() {
    return candidateCount;
  }

  /** Returns the row of a candidate. */
  int candidate(int i) {
    return candidates[i];
  }

  /**
   * Returns the row of the candidate of a rank: highest score first, lowest position on ties.
   *
   * @param rank in [0, candidates)
   */
  int ranked(int rank) {
    if (!isRanked) {
      rank();
    }
    return ranked[rank];
  }

  /** Starts a new call: no rows. */
  void clear() {
    rows = 0;
    candidateCount = 0;
    isRanked = false;
  }

  void addRow(int position) {
    if (rows == positions.length) {
      int room = Math.max(64, 2 * rows);
      positions = Arrays.copyOf(positions, room);
      candidates = new int[room];
      ranked = new int[room];
      ordered = new int[room];
      sortScratch = new int[room];
      scratch = new double[room];
      scores = new double[room];
    }
    positions[rows++] = position;
  }

  /** Takes the proposals and finds the candidates among them. */
  void propose(Predictions proposals, ConfidenceScorer scorer) {
    predictions = proposals;
    for (int row = 0; row < rows; row++) {
      scores[row] = scorer.score(this, row);
    }
    settle(blockEnd);
  }

  /** Fixes the end of the block, and with it the candidates. */
  void settle(int end) {
    blockEnd = end;
    candidateCount = 0;
    isRanked = false;
    for (int row = 0; row < rows; row++) {
      if (positions[row] < blockEnd && canvas.isMasked(positions[row])) {
        candidates[candidateCount++] = row;
      }
    }
    if (index == 0) {
      masksAtEntry = masksLeft();
    }
  }

  private void rank() {
    System.arraycopy(candidates, 0, ranked, 0, candidateCount);
    Sorting.byScoreDescending(ranked, candidateCount, scores, sortScratch);
    isRanked = true;
  }

  /** Returns working memory with room for a number per row, for {@link #ordered}. */
  double[] scratch() {
    return scratch;
  }

  /**
   * Returns the rows of the candidates by a score of the policy's own: highest first, lowest
   * position on ties. Valid until the next use.
   *
   * @param byRow score of each row
   */
  int[] ordered(double[] byRow) {
    System.arraycopy(candidates, 0, ordered, 0, candidateCount);
    Sorting.byScoreDescending(ordered, candidateCount, byRow, sortScratch);
    return ordered;
  }
}

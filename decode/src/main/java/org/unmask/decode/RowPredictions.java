package org.unmask.decode;

import java.util.ArrayList;
import java.util.List;
import org.unmask.model.Predictions;
import org.unmask.model.Query;

/**
 * What one forward call said of each predicted row, as {@link Predictions} has it.
 *
 * @param positions from the start of the response; a position may occur more than once
 * @param tokenIds proposed tokens
 * @param confidence their probabilities
 * @param top highest probabilities
 * @param second second highest probabilities
 * @param entropy in nats
 */
public record RowPredictions(
    List<Integer> positions,
    List<Integer> tokenIds,
    List<Double> confidence,
    List<Double> top,
    List<Double> second,
    List<Double> entropy) {

  /** Copies the lists and checks that they are equally long. */
  public RowPredictions {
    positions = List.copyOf(positions);
    tokenIds = List.copyOf(tokenIds);
    confidence = List.copyOf(confidence);
    top = List.copyOf(top);
    second = List.copyOf(second);
    entropy = List.copyOf(entropy);
    int rows = positions.size();
    if (tokenIds.size() != rows
        || confidence.size() != rows
        || top.size() != rows
        || second.size() != rows
        || entropy.size() != rows) {
      throw new IllegalArgumentException("the predictions of a step differ in length");
    }
  }

  /** Copies the predictions of a query that was answered. */
  static RowPredictions of(Query query, int promptLength) {
    Predictions from = query.predictions();
    List<Integer> positions = new ArrayList<>();
    List<Integer> tokens = new ArrayList<>();
    List<Double> confidence = new ArrayList<>();
    List<Double> top = new ArrayList<>();
    List<Double> second = new ArrayList<>();
    List<Double> entropy = new ArrayList<>();
    for (int i = 0; i < from.count(); i++) {
      positions.add(position(query, i) - promptLength);
      tokens.add(from.token(i));
      confidence.add(from.confidence(i));
      top.add(from.top(i));
      second.add(from.second(i));
      entropy.add(from.entropy(i));
    }
    return new RowPredictions(positions, tokens, confidence, top, second, entropy);
  }

  /** Returns the canvas position of a query's i-th prediction. */
  static int position(Query query, int i) {
    int row = query.predictedRow(i);
    return row < query.rowCount() ? query.position(row) : query.position(row - 1) + 1;
  }

  /**
   * Answers a query in the network's stead.
   *
   * @return false if the query is not the one these predictions were made for
   */
  boolean answer(Query query, int promptLength) {
    if (query.predictedCount() != positions.size()) {
      return false;
    }
    Predictions to = query.predictions();
    to.reset(positions.size(), 0);
    for (int i = 0; i < positions.size(); i++) {
      if (position(query, i) - promptLength != positions.get(i)) {
        return false;
      }
      to.set(i, tokenIds.get(i), confidence.get(i), top.get(i), second.get(i), entropy.get(i));
    }
    return true;
  }
}

package org.unmask.decode.speculative;

/** The most probable entries of rows; the lowest index on ties. */
final class Tops {

  private Tops() {}

  static int best(double[] row) {
    int best = 0;
    for (int v = 1; v < row.length; v++) {
      best = row[v] > row[best] ? v : best;
    }
    return best;
  }

  static int best(float[] row) {
    int best = 0;
    for (int v = 1; v < row.length; v++) {
      best = row[v] > row[best] ? v : best;
    }
    return best;
  }

  /** Returns the probabilities of a row of logits. */
  static double[] softmax(float[] row) {
    double max = row[best(row)];
    double[] law = new double[row.length];
    double sum = 0;
    for (int v = 0; v < row.length; v++) {
      law[v] = StrictMath.exp(row[v] - max);
      sum += law[v];
    }
    for (int v = 0; v < row.length; v++) {
      law[v] /= sum;
    }
    return law;
  }
}

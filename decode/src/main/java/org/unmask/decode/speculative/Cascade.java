package org.unmask.decode.speculative;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Cascaded decoding of a Markov model (arXiv 2006.01112): rounds of growing order keep, for each
 * place, the n-grams on the best sequences, and the last round takes the best sequence.
 *
 * <p>In round m a state of a place is an m-gram that ends there (shorter at the start), an edge
 * joins states that overlap and scores the last token given the m tokens before it. An edge
 * survives if its max-marginal, the score of the best sequence through it, is among the K highest
 * of its place; it is an (m+1)-gram then. With K at least V^m nothing is lost.
 *
 * <p>Max-marginals come from one sweep forwards and one backwards; on a CPU they cost nothing
 * beside the network's pass.
 */
public final class Cascade {

  /** Stands for what cannot be. */
  private static final double NEVER = -1e30;

  /** Scores the token at a place given tokens before it. */
  public interface Scorer {

    /**
     * Returns log p(y_place = token | the context), the context being the tokens right before.
     *
     * @param state index of the context among {@link #contexts} of the place
     */
    double logProbability(int place, int state, int token);
  }

  /** A state and one of the next place that it overlaps with, joined. */
  private record Edge(int from, int to, int[] joined, double score) {}

  private final int length;
  private final int most;
  private final double[] first;
  private List<List<int[]>> states = new ArrayList<>(); // n-grams that end at each place

  /**
   * Starts with the tokens of each place on its own.
   *
   * @param length places
   * @param most states kept per place, K
   * @param logProbabilities (length, V) of order 0
   */
  public Cascade(int length, int most, double[][] logProbabilities) {
    this.length = length;
    this.most = most;
    first = logProbabilities[0];
    for (double[] row : logProbabilities) {
      states.add(IntStream.of(highest(row)).mapToObj(v -> new int[] {v}).toList());
    }
  }

  /** Returns the indices of the K highest scores, highest first. */
  private int[] highest(double[] scores) {
    return IntStream.range(0, scores.length)
        .boxed()
        .sorted(Comparator.comparingDouble((Integer v) -> -scores[v]))
        .limit(most)
        .mapToInt(Integer::intValue)
        .toArray();
  }

  /** Returns the contexts whose next tokens the coming round scores: those of the place before. */
  public List<int[]> contexts(int place) {
    return place == 0 ? List.of() : states.get(place - 1);
  }

  /** Keeps the edges of the highest max-marginals. */
  public void prune(Scorer scorer) {
    List<List<Edge>> edges = edges(scorer);
    double[][] before = forward(edges);
    double[][] behind = backward(edges);
    List<List<int[]>> kept = new ArrayList<>(List.of(states.getFirst()));
    for (int l = 1; l < length; l++) {
      List<Edge> all = edges.get(l);
      double[] from = before[l - 1];
      double[] to = behind[l];
      double[] marginal =
          all.stream().mapToDouble(e -> from[e.from()] + e.score() + to[e.to()]).toArray();
      kept.add(
          IntStream.of(highest(marginal))
              .filter(e -> marginal[e] > NEVER / 2)
              .mapToObj(e -> all.get(e).joined())
              .toList());
    }
    states = kept;
  }

  /** Returns the best sequence by the order of this round. */
  public int[] best(Scorer scorer) {
    List<List<Edge>> edges = edges(scorer);
    double[][] before = forward(edges);
    int[] tokens = new int[length];
    int state = Tops.best(before[length - 1]);
    for (int l = length - 1; l > 0; l--) {
      tokens[l] = last(states.get(l).get(state));
      int from = -1;
      double highest = Double.NEGATIVE_INFINITY;
      for (Edge edge : edges.get(l)) {
        double score = before[l - 1][edge.from()] + edge.score();
        if (edge.to() == state && score > highest) {
          highest = score;
          from = edge.from();
        }
      }
      state = from;
    }
    tokens[0] = last(states.getFirst().get(state));
    return tokens;
  }

  /** Returns the best token of each place on its own, which needs no further round. */
  public int[] bestAlone() {
    return states.stream().mapToInt(place -> last(place.getFirst())).toArray();
  }

  private static int last(int[] tokens) {
    return tokens[tokens.length - 1];
  }

  /** Joins the states of each place with those of the next that overlap. */
  private List<List<Edge>> edges(Scorer scorer) {
    List<List<Edge>> edges = new ArrayList<>(List.of(List.of()));
    for (int l = 1; l < length; l++) {
      List<Edge> joined = new ArrayList<>();
      for (int a = 0; a < states.get(l - 1).size(); a++) {
        int[] from = states.get(l - 1).get(a);
        for (int b = 0; b < states.get(l).size(); b++) {
          int[] to = states.get(l).get(b);
          int shared = to.length - 1;
          if (Arrays.equals(from, from.length - shared, from.length, to, 0, shared)) {
            int[] tokens = Arrays.copyOf(from, from.length + 1);
            tokens[from.length] = last(to);
            joined.add(new Edge(a, b, tokens, scorer.logProbability(l, a, last(to))));
          }
        }
      }
      edges.add(joined);
    }
    return edges;
  }

  /** Returns the best score of any sequence up to each state. */
  private double[][] forward(List<List<Edge>> edges) {
    double[][] score = new double[length][];
    score[0] = states.getFirst().stream().mapToDouble(tokens -> first[last(tokens)]).toArray();
    for (int l = 1; l < length; l++) {
      score[l] = new double[states.get(l).size()];
      Arrays.fill(score[l], NEVER);
      for (Edge edge : edges.get(l)) {
        double through = score[l - 1][edge.from()] + edge.score();
        score[l][edge.to()] = Math.max(score[l][edge.to()], through);
      }
    }
    return score;
  }

  /** Returns the best score of any sequence behind each state. */
  private double[][] backward(List<List<Edge>> edges) {
    double[][] score = new double[length][];
    score[length - 1] = new double[states.getLast().size()];
    for (int l = length - 1; l > 0; l--) {
      score[l - 1] = new double[states.get(l - 1).size()];
      Arrays.fill(score[l - 1], NEVER);
      for (Edge edge : edges.get(l)) {
        double through = edge.score() + score[l][edge.to()];
        score[l - 1][edge.from()] = Math.max(score[l - 1][edge.from()], through);
      }
    }
    return score;
  }
}

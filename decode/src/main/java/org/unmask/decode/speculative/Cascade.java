package org.unmask.decode.speculative;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

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

  /** An n-gram that ends at a place. */
  private record State(int[] tokens) {
    int last() {
      return tokens[tokens.length - 1];
    }
  }

  /** A joined pair of states. */
  private record Edge(int from, State joined, double score) {}

  private final int length;
  private final int most;
  private final double[] first;
  private List<List<State>> states = new ArrayList<>();

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
      List<State> best = new ArrayList<>();
      Integer[] byScore = new Integer[row.length];
      Arrays.setAll(byScore, v -> v);
      Arrays.sort(byScore, Comparator.comparingDouble((Integer v) -> -row[v]));
      for (int i = 0; i < Math.min(most, row.length); i++) {
        best.add(new State(new int[] {byScore[i]}));
      }
      states.add(best);
    }
  }

  /** Returns the contexts whose next tokens the coming round scores: those of the place before. */
  public List<int[]> contexts(int place) {
    return place == 0 ? List.of() : states.get(place - 1).stream().map(State::tokens).toList();
  }

  /** Keeps the edges of the highest max-marginals. */
  public void prune(Scorer scorer) {
    List<List<Edge>> edges = edges(scorer);
    double[][] before = forward(edges);
    double[][] behind = backward(edges);
    List<List<State>> kept = new ArrayList<>();
    kept.add(states.getFirst());
    for (int l = 1; l < length; l++) {
      List<Edge> all = edges.get(l);
      double[] marginal = new double[all.size()];
      for (int e = 0; e < marginal.length; e++) {
        Edge edge = all.get(e);
        marginal[e] = before[l - 1][edge.from()] + edge.score() + behind[l][target(l, edge)];
      }
      Integer[] byMarginal = new Integer[marginal.length];
      Arrays.setAll(byMarginal, e -> e);
      Arrays.sort(byMarginal, Comparator.comparingDouble((Integer e) -> -marginal[e]));
      List<State> best = new ArrayList<>();
      for (int i = 0; i < Math.min(most, byMarginal.length); i++) {
        if (marginal[byMarginal[i]] > NEVER / 2) {
          best.add(all.get(byMarginal[i]).joined());
        }
      }
      kept.add(best);
    }
    states = kept;
  }

  /** Returns the best sequence by the order of this round. */
  public int[] best(Scorer scorer) {
    List<List<Edge>> edges = edges(scorer);
    double[][] before = forward(edges);
    int[] tokens = new int[length];
    int state = argMax(before[length - 1]);
    for (int l = length - 1; l > 0; l--) {
      tokens[l] = states.get(l).get(state).last();
      Edge through = null;
      double highest = Double.NEGATIVE_INFINITY;
      for (Edge edge : edges.get(l)) {
        double score = before[l - 1][edge.from()] + edge.score();
        if (target(l, edge) == state && score > highest) {
          highest = score;
          through = edge;
        }
      }
      state = Objects.requireNonNull(through).from();
    }
    tokens[0] = states.getFirst().get(state).last();
    return tokens;
  }

  /** Returns the best token of each place on its own, which needs no further round. */
  public int[] bestAlone() {
    return states.stream().mapToInt(place -> place.getFirst().last()).toArray();
  }

  /** Joins the states of each place with those of the next that overlap. */
  private List<List<Edge>> edges(Scorer scorer) {
    List<List<Edge>> edges = new ArrayList<>();
    edges.add(List.of());
    for (int l = 1; l < length; l++) {
      List<Edge> joined = new ArrayList<>();
      for (int a = 0; a < states.get(l - 1).size(); a++) {
        int[] from = states.get(l - 1).get(a).tokens();
        for (State to : states.get(l)) {
          int shared = to.tokens().length - 1;
          if (Arrays.equals(from, from.length - shared, from.length, to.tokens(), 0, shared)) {
            int[] tokens = Arrays.copyOf(from, from.length + 1);
            tokens[from.length] = to.last();
            joined.add(new Edge(a, new State(tokens), scorer.logProbability(l, a, to.last())));
          }
        }
      }
      edges.add(joined);
    }
    return edges;
  }

  /** Returns the state an edge of a place leads to. */
  private int target(int place, Edge edge) {
    int[] joined = edge.joined().tokens();
    List<State> candidates = states.get(place);
    for (int i = 0; i < candidates.size(); i++) {
      int[] tokens = candidates.get(i).tokens();
      if (Arrays.equals(
          tokens, 0, tokens.length, joined, joined.length - tokens.length, joined.length)) {
        return i;
      }
    }
    throw new IllegalStateException("an edge leads to no state");
  }

  /** Returns the best score of any sequence up to each state. */
  private double[][] forward(List<List<Edge>> edges) {
    double[][] score = new double[length][];
    score[0] = new double[states.getFirst().size()];
    for (int s = 0; s < score[0].length; s++) {
      score[0][s] = first[states.getFirst().get(s).last()];
    }
    for (int l = 1; l < length; l++) {
      score[l] = new double[states.get(l).size()];
      Arrays.fill(score[l], NEVER);
      for (Edge edge : edges.get(l)) {
        int to = target(l, edge);
        score[l][to] = Math.max(score[l][to], score[l - 1][edge.from()] + edge.score());
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
        double through = edge.score() + score[l][target(l, edge)];
        score[l - 1][edge.from()] = Math.max(score[l - 1][edge.from()], through);
      }
    }
    return score;
  }

  private static int argMax(double[] row) {
    int best = 0;
    for (int i = 1; i < row.length; i++) {
      best = row[i] > row[best] ? i : best;
    }
    return best;
  }
}

package org.unmask.decode.certify;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.unmask.decode.speculative.AcceptanceRule;
import org.unmask.decode.speculative.Chance;
import org.unmask.decode.speculative.Commit;
import org.unmask.decode.speculative.Draft;
import org.unmask.decode.speculative.Proposal;
import org.unmask.decode.speculative.Scores;

/**
 * A random target law over one or two tokens and a random drafter that proposes in a given way,
 * small enough for all of the loop's choices to be enumerated.
 */
final class ToyTarget {

  /**
   * What is drafted, and how often.
   *
   * @param vocab tokens to choose from
   * @param places tokens of a text, 1 or 2
   * @param children candidates at each node of a tree
   * @param isOneRound whether only the first draft is, and the target itself draws what it leaves
   */
  record Shape(int vocab, int places, int children, boolean isOneRound) {}

  private final Shape shape;
  private final int vocab;
  private final double[] first;
  private final double[][] second;
  private final double[] draftFirst;
  private final double[][] draftSecond;

  ToyTarget(Shape shape, RandomGenerator random) {
    this.shape = shape;
    vocab = shape.vocab();
    first = law(random);
    second = laws(random);
    draftFirst = law(random);
    draftSecond = laws(random);
  }

  private double[] law(RandomGenerator random) {
    double[] law = new double[vocab];
    Arrays.setAll(law, v -> Math.exp(random.nextGaussian()));
    double sum = Arrays.stream(law).sum();
    Arrays.setAll(law, v -> law[v] / sum);
    return law;
  }

  private double[][] laws(RandomGenerator random) {
    double[][] laws = new double[vocab][];
    Arrays.setAll(laws, v -> law(random));
    return laws;
  }

  /** Returns the number of texts. */
  int outcomes() {
    return shape.places() == 1 ? vocab : vocab * vocab;
  }

  /** Returns the probability of a text. */
  double probability(int outcome) {
    return shape.places() == 1
        ? first[outcome]
        : first[outcome / vocab] * second[outcome / vocab][outcome % vocab];
  }

  /** Decodes a text by drafts of a kind and a rule, as the loop does. */
  int decode(Proposal proposal, AcceptanceRule rule, Chance chance) {
    int[] tokens = new int[2];
    int count = 0;
    while (count < shape.places()) {
      if (count > 0 && shape.isOneRound()) {
        tokens[count] = chance.draw(law(tokens[count - 1]), count);
        break;
      }
      Draft draft = draft(proposal, tokens, count, chance);
      Commit commit = rule.accept(draft, scores(tokens, count, draft), chance);
      for (int node : commit.path()) {
        tokens[count++] = draft.tokens()[node];
      }
      if (count < shape.places() && commit.extra() >= 0) {
        tokens[count++] = commit.extra();
      }
    }
    return shape.places() == 1 ? tokens[0] : tokens[0] * vocab + tokens[1];
  }

  private double[] law(int before) {
    return before < 0 ? first : second[before];
  }

  private double[] draftLaw(int before) {
    return before < 0 ? draftFirst : draftSecond[before];
  }

  private Scores scores(int[] tokens, int count, Draft draft) {
    return new Scores() {
      @Override
      public boolean has(int node) {
        return position(node) < shape.places();
      }

      @Override
      public int position(int node) {
        return node < 0 ? count : draft.positions()[node] + 1;
      }

      @Override
      public double[] after(int node) {
        if (position(node)
            >= shape.places()) { // asked by rules that do not ask whether it is there
          double[] any = new double[vocab];
          any[0] = 1;
          return any;
        }
        return law(node < 0 ? (count == 0 ? -1 : tokens[count - 1]) : draft.tokens()[node]);
      }

      @Override
      public double confidence(int node, int token) {
        return after(node)[token];
      }
    };
  }

  private Draft draft(Proposal proposal, int[] tokens, int count, Chance chance) {
    int before = count == 0 ? -1 : tokens[count - 1];
    int left = shape.places() - count;
    return switch (proposal) {
      case INDEPENDENT -> {
        double[] a = draftLaw(before);
        double[] b = draftSecond[0]; // whatever the first token is
        int x = chance.draw(a, count);
        yield left == 1
            ? chain(count, proposal, new int[] {x}, a)
            : chain(count, proposal, new int[] {x, chance.draw(b, count + 1)}, a, b);
      }
      case SEQUENTIAL -> {
        double[] a = draftLaw(before);
        int x = chance.draw(a, count);
        yield left == 1
            ? chain(count, proposal, new int[] {x}, a)
            : chain(
                count,
                proposal,
                new int[] {x, chance.draw(draftSecond[x], count + 1)},
                a,
                draftSecond[x]);
      }
      case NONCAUSAL -> {
        if (left == 1) {
          double[] a = draftLaw(before);
          yield chain(count, proposal, new int[] {chance.draw(a, count)}, a);
        }
        int y = chance.draw(draftFirst, count + 1); // the second token first
        double[] a = draftSecond[y];
        int x = chance.draw(a, count);
        yield chain(count, proposal, new int[] {x, y}, a, draftFirst);
      }
      case DETERMINISTIC, TOP_K, SIBLINGS -> tree(proposal, before, count, chance);
    };
  }

  private static Draft chain(int from, Proposal proposal, int[] tokens, double[]... laws) {
    return Draft.chain(tokens, from, laws, proposal);
  }

  /** The children of the text, and those of each of them. */
  private Draft tree(Proposal proposal, int before, int count, Chance chance) {
    int wide = shape.children();
    int size = count + 1 < shape.places() ? wide + wide * wide : wide;
    int[] tokens = new int[size];
    int[] parents = new int[size];
    int[] positions = new int[size];
    double[][] laws = new double[size][];
    for (int i = 0; i < size; i += wide) {
      int parent = i / wide - 1;
      double[] law = draftLaw(parent < 0 ? before : tokens[parent]);
      double[] rest = law.clone();
      for (int j = i; j < i + wide; j++) {
        parents[j] = parent;
        positions[j] = parent < 0 ? count : count + 1;
        tokens[j] = proposal == Proposal.SIBLINGS ? chance.draw(rest, positions[j]) : best(rest);
        rest[tokens[j]] = 0;
        laws[j] = law;
      }
    }
    return new Draft(
        tokens, parents, positions, proposal == Proposal.DETERMINISTIC ? null : laws, proposal);
  }

  private static int best(double[] law) {
    int best = 0;
    for (int v = 1; v < law.length; v++) {
      best = law[v] > law[best] ? v : best;
    }
    return best;
  }
}

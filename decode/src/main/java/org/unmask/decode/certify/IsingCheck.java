package org.unmask.decode.certify;

import java.util.Locale;
import org.unmask.decode.speculative.GibbsKernel;

/**
 * The Gibbs sampler's Markov chain on an Ising chain of six sites with exact conditionals: block by
 * block and site by site its stationary law is compared with the true joint law. A block drawn as a
 * product is another law, by how much is known.
 */
final class IsingCheck {

  private static final int SITES = 6;
  private static final int STATES = 1 << SITES;
  private static final double FIELD = 0.2;

  /** How a step draws its block. */
  enum Kind {
    /** One site. */
    SEQUENTIAL(1, false),
    /** Three sites at once, each given the values that all others had. */
    BLOCK(3, false),
    /** Three sites at once, each given the sites outside the block: one pass over three masks. */
    MASKED_BLOCK(3, true),
    /** All sites at once, each given the values that all others had. */
    ALL(SITES, false);

    private final int block;
    private final boolean isMasked;

    Kind(int block, boolean isMasked) {
      this.block = block;
      this.isMasked = isMasked;
    }
  }

  private IsingCheck() {}

  /** Tests the kernel at one coupling. */
  static Finding of(double coupling) {
    double sequential = distance(coupling, Kind.SEQUENTIAL);
    double block = distance(coupling, Kind.BLOCK);
    double masked = distance(coupling, Kind.MASKED_BLOCK);
    double all = distance(coupling, Kind.ALL);
    return new Finding(
        "ising",
        String.format(
            Locale.ROOT,
            "coupling %.1f: TV of the stationary law %.1g one site at a time, %.3f blocks of 3"
                + " (%.3f masked together), %.3f all at once",
            coupling,
            sequential,
            block,
            masked,
            all),
        sequential,
        sequential <= 1e-10);
  }

  /** Returns the distance of the stationary law from the true one. */
  static double distance(double coupling, Kind kind) {
    double[] joint = joint(coupling);
    double[][] step = new double[STATES][STATES];
    Enumeration chance = new Enumeration();
    for (int from = 0; from < STATES; from++) {
      int[] state = spins(from);
      double[] row = step[from];
      chance.run(
          () -> {
            int[] block = GibbsKernel.block(SITES, kind.block, chance);
            int[] next = state.clone();
            for (int site : block) {
              int[] hidden = kind.isMasked ? block : new int[] {site};
              next[site] = chance.draw(conditional(joint, state, hidden, site), site);
            }
            return next;
          },
          (next, weight) -> row[index(next)] += weight);
    }
    return distance(joint, stationary(step));
  }

  private static double[] stationary(double[][] step) {
    double[][] power = step;
    for (int i = 0; i < 24; i++) { // the chain after 2^24 steps
      power = square(power);
    }
    return power[0];
  }

  private static double[][] square(double[][] a) {
    double[][] b = new double[STATES][STATES];
    for (int i = 0; i < STATES; i++) {
      double sum = 0;
      for (int k = 0; k < STATES; k++) {
        for (int j = 0; j < STATES; j++) {
          b[i][j] += a[i][k] * a[k][j];
        }
      }
      for (double p : b[i]) {
        sum += p;
      }
      for (int j = 0; j < STATES; j++) {
        b[i][j] /= sum; // rounding must not add up over so many squares
      }
    }
    return b;
  }

  private static double distance(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += Math.abs(a[i] - b[i]) / 2;
    }
    return sum;
  }

  private static double[] joint(double coupling) {
    double[] joint = new double[STATES];
    double sum = 0;
    for (int s = 0; s < STATES; s++) {
      int[] spins = spins(s);
      double energy = FIELD * (2 * spins[0] - 1);
      for (int i = 1; i < SITES; i++) {
        energy += coupling * (2 * spins[i] - 1) * (2 * spins[i - 1] - 1);
      }
      joint[s] = Math.exp(energy);
      sum += joint[s];
    }
    for (int s = 0; s < STATES; s++) {
      joint[s] /= sum;
    }
    return joint;
  }

  /** Returns the law of a site given the sites that are not hidden. */
  private static double[] conditional(double[] joint, int[] state, int[] hidden, int site) {
    double[] law = new double[2];
    int[] spins = state.clone();
    for (int values = 0; values < 1 << hidden.length; values++) {
      for (int i = 0; i < hidden.length; i++) {
        spins[hidden[i]] = values >> i & 1;
      }
      law[spins[site]] += joint[index(spins)];
    }
    return law;
  }

  private static int[] spins(int state) {
    int[] spins = new int[SITES];
    for (int i = 0; i < SITES; i++) {
      spins[i] = state >> i & 1;
    }
    return spins;
  }

  private static int index(int[] spins) {
    int index = 0;
    for (int i = 0; i < SITES; i++) {
      index |= spins[i] << i;
    }
    return index;
  }
}

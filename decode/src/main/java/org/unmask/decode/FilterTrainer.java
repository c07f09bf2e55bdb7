package org.unmask.decode;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;

/**
 * Trains Learn2PD's filter (arXiv 2509.25188): binary cross entropy with logits over all positions,
 * AdamW on the full batch with betas 0.9 and 0.999 and weight decay 0.01.
 *
 * <p>Deterministic for any number of threads: double arithmetic, rows in fixed chunks whose
 * gradients are summed in order, initial weights from a seed. Used by one thread at a time.
 */
public final class FilterTrainer {

  /** The paper's learning rate, for tens of thousands of updates. */
  public static final double PAPER_RATE = 3e-3;

  private static final double BETA1 = 0.9;
  private static final double BETA2 = 0.999;
  private static final double EPSILON = 1e-8;
  private static final double DECAY = 0.01;

  /** How many parts the rows are cut into; part of the rounding, so it never changes. */
  private static final int CHUNKS = 16;

  private final int width;
  private final double rate;
  private final FilterRow[] rows;
  private final FilterNetwork network;
  private final List<FilterNetwork.Pass> passes = new ArrayList<>();
  private final double[] mean;
  private final double[] square;
  private int epoch;

  /**
   * Starts from random weights, uniform in plus or minus 1 / sqrt(B), or from the rule that accepts
   * what is surer than about 0.94, plus a tenth of them.
   *
   * @param rows at least one, of at most {@code width} positions each
   * @param width length B of the blocks the filter is for
   * @param seed of the weights
   * @param rate learning rate, above 0
   * @param fromThreshold whether to start from the rule, from where a few hundred updates do; from
   *     random weights it takes tens of thousands to tell 0.9 from 0.99
   */
  public FilterTrainer(
      List<FilterRow> rows, int width, long seed, double rate, boolean fromThreshold) {
    this(rows, new FilterNetwork(width), rate);
    double bound = (fromThreshold ? 0.1 : 1) / Math.sqrt(width);
    long key = Noise.key(seed, 0, 0, 0, Noise.Purpose.TOKEN);
    for (int i = 0; i < network.parameters.length; i++) {
      network.parameters[i] = (float) (bound * (2 * Noise.uniform(key, i) - 1));
    }
    if (fromThreshold) {
      network.addThreshold(0.9, 40, 2, 3);
    }
  }

  /** Starts from given weights. */
  FilterTrainer(List<FilterRow> rows, FilterModel model) {
    this(rows, new FilterNetwork(model), PAPER_RATE);
  }

  private FilterTrainer(List<FilterRow> given, FilterNetwork network, double rate) {
    if (given.isEmpty()) {
      throw new IllegalArgumentException("a filter cannot be trained without rows; collect some");
    }
    if (!(rate > 0)) {
      throw new IllegalArgumentException("learning rate must be above 0, was " + rate);
    }
    this.network = network;
    this.rate = rate;
    width = network.width;
    rows = given.toArray(FilterRow[]::new);
    for (FilterRow row : rows) {
      if (row.confidence().length > width) {
        throw new IllegalArgumentException(
            "a row of "
                + row.confidence().length
                + " positions does not fit a filter for blocks of "
                + width
                + "; collect with that block length");
      }
    }
    mean = new double[network.parameters.length];
    square = new double[network.parameters.length];
    for (int chunk = 0; chunk < CHUNKS; chunk++) {
      passes.add(network.newPass());
    }
  }

  /**
   * Makes updates.
   *
   * @param epochs how many
   * @param threads how many to use, at least 1; does not change a bit
   * @param progress receives the number of each epoch, from 0, before its update
   * @throws CancellationException if the thread is interrupted
   */
  public void train(int epochs, int threads, IntConsumer progress) {
    try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      for (int i = 0; i < epochs; i++) {
        progress.accept(epoch);
        network.transpose();
        List<Callable<Boolean>> chunks = new ArrayList<>();
        for (int chunk = 0; chunk < CHUNKS; chunk++) {
          int c = chunk;
          chunks.add(() -> differentiate(c));
        }
        for (Future<Boolean> done : executor.invokeAll(chunks)) {
          done.get();
        }
        update();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("training was interrupted");
    } catch (ExecutionException e) {
      throw new IllegalStateException("training failed: " + e.getCause(), e.getCause());
    }
  }

  private boolean differentiate(int chunk) {
    FilterNetwork.Pass pass = passes.get(chunk);
    Arrays.fill(pass.gradient, 0);
    double share = 1.0 / ((double) rows.length * width);
    int end = (int) ((chunk + 1L) * rows.length / CHUNKS);
    for (int r = (int) ((long) chunk * rows.length / CHUNKS); r < end; r++) {
      pass.forward(rows[r]);
      pass.backward(rows[r], share);
    }
    return true;
  }

  private void update() {
    epoch++;
    double correction1 = 1 - StrictMath.pow(BETA1, epoch);
    double correction2 = 1 - StrictMath.pow(BETA2, epoch);
    for (int i = 0; i < mean.length; i++) {
      double gradient = 0;
      for (FilterNetwork.Pass pass : passes) {
        gradient += pass.gradient[i];
      }
      mean[i] = BETA1 * mean[i] + (1 - BETA1) * gradient;
      square[i] = BETA2 * square[i] + (1 - BETA2) * gradient * gradient;
      double step = mean[i] / correction1 / (Math.sqrt(square[i] / correction2) + EPSILON);
      network.parameters[i] -= rate * (step + DECAY * network.parameters[i]);
    }
  }

  /** Returns the mean loss over all rows with the weights as they are now, in nats. */
  public double loss() {
    network.transpose();
    double sum = 0;
    for (FilterRow row : rows) {
      sum += passes.getFirst().loss(row);
    }
    return sum / ((double) rows.length * width);
  }

  /** Returns the filter as it is now. */
  public FilterModel model() {
    return network.model();
  }
}

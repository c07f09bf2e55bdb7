package org.unmask.bench.sweep;

import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.unmask.model.Conditioning;
import org.unmask.model.Denoiser;
import org.unmask.model.KvCache;
import org.unmask.model.Query;

/**
 * Measures time and energy of a network whose forward calls serve several sequences: each call's
 * are divided evenly among them.
 *
 * <p>A sequence's time is how far {@link #ms} went from its first call to its last. Over all
 * sequences these sum to the wall-clock time, since every sequence under way takes part in every
 * call.
 */
final class SharedClock implements Denoiser {

  private final Denoiser denoiser;
  private final EnergyMeter meter;
  private final BooleanSupplier stop;
  private double ms;
  private double joules;
  private double lastJoules;
  private double roundMs;
  private double roundJoules;
  private int roundQueries;
  private boolean hasAuxiliary;
  private long last = System.nanoTime();

  SharedClock(Denoiser denoiser, EnergyMeter meter, BooleanSupplier stop) {
    this.denoiser = denoiser;
    this.stop = stop;
    this.meter = meter;
    lastJoules = meter.joules();
  }

  /**
   * Returns an auxiliary network whose calls are timed too.
   *
   * <p>In a round, sequences either take part in the main call or in the auxiliary one that follows
   * it, so the round's time is divided among those of both.
   */
  Denoiser auxiliary(Denoiser network) {
    return new Auxiliary(network);
  }

  /** Returns the energy one sequence has had so far, in joules, as {@link #ms} for time. */
  double joules() {
    endRound();
    return joules;
  }

  /** Returns the time one sequence has had so far, in milliseconds, had it been here all along. */
  double ms() {
    endRound();
    return ms;
  }

  /** Leaves out the time since the last call: it was not spent on decoding. */
  void skip() {
    lastJoules = meter.joules();
    last = System.nanoTime();
  }

  /**
   * Runs and times one call.
   *
   * @throws CancellationException if the run is to stop; the sequences under way are given up
   */
  @Override
  public void forward(List<Query> queries) {
    endRound();
    time(denoiser, queries);
  }

  private void time(Denoiser network, List<Query> queries) {
    if (stop.getAsBoolean()) {
      throw new CancellationException("the run was stopped");
    }
    network.forward(queries);
    long now = System.nanoTime();
    roundMs += (now - last) / 1e6;
    last = now;
    double used = meter.joules();
    roundJoules += used - lastJoules;
    lastJoules = used;
    roundQueries += queries.size();
  }

  private void endRound() {
    if (roundQueries > 0) {
      ms += roundMs / roundQueries;
      joules += roundJoules / roundQueries;
    }
    roundMs = 0;
    roundJoules = 0;
    roundQueries = 0;
    hasAuxiliary = false;
  }

  @Override
  public int vocabSize() {
    return denoiser.vocabSize();
  }

  @Override
  public int maskId() {
    return denoiser.maskId();
  }

  @Override
  public int shift() {
    return denoiser.shift();
  }

  @Override
  public Conditioning conditioning() {
    return denoiser.conditioning();
  }

  @Override
  public int layers() {
    return denoiser.layers();
  }

  @Override
  public KvCache newCache(int slots) {
    return denoiser.newCache(slots);
  }

  /** The auxiliary network. */
  private final class Auxiliary implements Denoiser {
    private final Denoiser network;

    Auxiliary(Denoiser network) {
      this.network = network;
    }

    @Override
    public void forward(List<Query> queries) {
      if (hasAuxiliary) { // a round without a main call
        endRound();
      }
      time(network, queries);
      hasAuxiliary = true;
    }

    @Override
    public Conditioning conditioning() {
      return network.conditioning();
    }

    @Override
    public int layers() {
      return network.layers();
    }

    @Override
    public int vocabSize() {
      return network.vocabSize();
    }

    @Override
    public int maskId() {
      return network.maskId();
    }

    @Override
    public int shift() {
      return network.shift();
    }

    @Override
    public KvCache newCache(int slots) {
      return network.newCache(slots);
    }
  }
}

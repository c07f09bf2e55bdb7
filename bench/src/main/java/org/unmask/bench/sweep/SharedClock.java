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
  private long last = System.nanoTime();

  SharedClock(Denoiser denoiser, EnergyMeter meter, BooleanSupplier stop) {
    this.denoiser = denoiser;
    this.stop = stop;
    this.meter = meter;
    lastJoules = meter.joules();
  }

  /** Returns the energy one sequence has had so far, in joules, as {@link #ms} for time. */
  double joules() {
    return joules;
  }

  /** Returns the time one sequence has had so far, in milliseconds, had it been here all along. */
  double ms() {
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
    if (stop.getAsBoolean()) {
      throw new CancellationException("the run was stopped");
    }
    denoiser.forward(queries);
    long now = System.nanoTime();
    ms += (now - last) / 1e6 / queries.size();
    last = now;
    double used = meter.joules();
    joules += (used - lastJoules) / queries.size();
    lastJoules = used;
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
}

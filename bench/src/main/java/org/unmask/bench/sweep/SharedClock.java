package org.unmask.bench.sweep;

/**
 * Measures time and energy of sequences that are decoded together: each round is divided evenly
 * among those under way.
 *
 * <p>A sequence's share is how far {@link #ms} and {@link #joules} went from its first round to its
 * last. Over all sequences these sum to what was used, since every sequence under way takes part in
 * every round.
 */
final class SharedClock {

  private final EnergyMeter meter;
  private double ms;
  private double joules;
  private double lastJoules;
  private long last = System.nanoTime();

  SharedClock(EnergyMeter meter) {
    this.meter = meter;
    lastJoules = meter.joules();
  }

  /** Returns the energy one sequence has had so far, in joules, had it been here all along. */
  double joules() {
    return joules;
  }

  /** Returns the time one sequence has had so far, in milliseconds, had it been here all along. */
  double ms() {
    return ms;
  }

  /** Divides what was used since the last time among the sequences of a round. */
  void share(int sequences) {
    long now = System.nanoTime();
    double used = meter.joules();
    ms += (now - last) / 1e6 / sequences;
    joules += (used - lastJoules) / sequences;
    last = now;
    lastJoules = used;
  }

  /** Leaves out what was used since the last time: it was not decoding. */
  void skip() {
    lastJoules = meter.joules();
    last = System.nanoTime();
  }
}

package org.unmask.bench.jmh;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * What the calls of a benchmark came to. JMH divides by time, so results read GFLOP/s and GB/s. The
 * one that does not apply stays 0.
 */
@AuxCounters(AuxCounters.Type.OPERATIONS)
@State(Scope.Thread)
public class Work {

  /** Operations done, in 10^9. */
  public double gflop;

  /** Bytes read and written, in 10^9. */
  public double gigabytes;
}

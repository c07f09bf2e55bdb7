package org.unmask.bench.sweep;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The energy the processor packages have used, from the counters that Linux shows of Intel's and
 * AMD's RAPL. Where they cannot be read, nothing is measured.
 *
 * <p>The counters are of the whole machine: what else runs is counted too.
 */
public final class EnergyMeter {

  /** Where Linux shows the counters. */
  public static final Path POWERCAP = Path.of("/sys/class/powercap");

  private static final class Counter {
    final Path file;
    final long range;
    long last;

    Counter(Path folder) throws IOException {
      file = folder.resolve("energy_uj");
      range = read(folder.resolve("max_energy_range_uj"));
      last = read(file);
    }

    private static long read(Path file) throws IOException {
      try {
        return Long.parseLong(Files.readString(file).strip());
      } catch (NumberFormatException e) {
        throw new IOException(file + " is no number", e);
      }
    }

    /** Returns how far the counter went since the last call; it starts over at its range. */
    long advance() throws IOException {
      long now = read(file);
      long more = now >= last ? now - last : now + range - last;
      last = now;
      return more;
    }
  }

  private List<Counter> counters;
  private double joules;

  private EnergyMeter(List<Counter> counters) {
    this.counters = counters;
  }

  /** Returns a meter that measures nothing. */
  public static EnergyMeter none() {
    return new EnergyMeter(List.of());
  }

  /**
   * Opens the counters of all packages.
   *
   * @param powercap {@link #POWERCAP}
   * @return a meter, which measures nothing if one of them cannot be read
   */
  public static EnergyMeter open(Path powercap) {
    List<Counter> counters = new ArrayList<>();
    try (var zones = Files.list(powercap)) {
      for (Path zone : zones.sorted(Comparator.naturalOrder()).toList()) {
        // intel-rapl:0 is a package, intel-rapl:0:0 a part of it
        if (zone.getFileName().toString().matches("intel-rapl:\\d+")) {
          counters.add(new Counter(zone));
        }
      }
    } catch (IOException e) {
      return none();
    }
    return new EnergyMeter(counters);
  }

  /** Tells whether there is anything to read. */
  public boolean measures() {
    return !counters.isEmpty();
  }

  /** Returns the energy used since the meter was opened, in joules; 0 if nothing is measured. */
  double joules() {
    try {
      for (Counter counter : counters) {
        joules += counter.advance() / 1e6;
      }
    } catch (IOException e) {
      counters = List.of(); // what can no longer be read is not guessed
    }
    return joules;
  }
}

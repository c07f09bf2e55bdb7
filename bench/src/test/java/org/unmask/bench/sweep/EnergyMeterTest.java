package org.unmask.bench.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnergyMeterTest {

  @TempDir Path powercap;

  private Path zone(String name, long energy) throws IOException {
    Path zone = Files.createDirectories(powercap.resolve(name));
    Files.writeString(zone.resolve("max_energy_range_uj"), "1000000\n");
    Files.writeString(zone.resolve("energy_uj"), energy + "\n");
    return zone.resolve("energy_uj");
  }

  @Test
  void packagesAreSummed_partsAreNot_andCountersStartOver() throws IOException {
    Path first = zone("intel-rapl:0", 900_000);
    Path second = zone("intel-rapl:1", 0);
    Path part = zone("intel-rapl:0:0", 0);
    EnergyMeter meter = EnergyMeter.open(powercap);
    assertThat(meter.measures()).isTrue();
    assertThat(meter.joules()).isZero();
    Files.writeString(first, "100000");
    Files.writeString(second, "500000");
    Files.writeString(part, "300000");
    assertThat(meter.joules()).isEqualTo(.2 + .5, within(1e-12));
    assertThat(meter.joules()).isEqualTo(.2 + .5, within(1e-12));
  }

  @Test
  void withoutReadableCounters_nothingIsMeasured() throws IOException {
    assertThat(EnergyMeter.open(powercap).measures()).isFalse();
    assertThat(EnergyMeter.open(powercap.resolve("none")).measures()).isFalse();
    Files.createDirectories(powercap.resolve("intel-rapl:0"));
    assertThat(EnergyMeter.open(powercap).measures()).isFalse();
    zone("intel-rapl:0", 1);
    EnergyMeter meter = EnergyMeter.open(powercap);
    Files.delete(powercap.resolve("intel-rapl:0/energy_uj"));
    assertThat(meter.joules()).isZero();
    assertThat(meter.measures()).isFalse();
  }
}

package org.unmask.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.unmask.model.device.DeviceInfo;
import org.unmask.model.device.Devices;

/** What commands say of devices, on machines with and without them. */
class DevicesTest {

  private static final List<DeviceInfo> FOUND = Devices.installed().all();

  private static boolean isAnyUsable() {
    return FOUND.stream().anyMatch(DeviceInfo::isUsable);
  }

  @Test
  void devices_listsTheCpuAndEveryBackendWithAReason() {
    String out = Cli.run("devices").ok().out();
    assertThat(out).startsWith("cpu").contains("cuda");
    for (DeviceInfo device : FOUND) {
      assertThat(device.detail()).isNotBlank();
      assertThat(out).contains(device.isUsable() ? "usable" : device.detail());
    }
  }

  @Test
  void device_unknown_listsWhatThereIs() {
    Cli.run("digest", "--device", "tpu").fails(2, "device must be cpu, gpu", "cuda", "'tpu'");
    Cli.run("digest", "--precision", "f8").fails(2, "--precision must be bf16", "'f8'");
    Cli.run("bench", "gpu", "--shape", "gpt-2").fails(2, "--shape must be one of llada-8b");
  }

  @Test
  void device_gpuExact_cpuBitsOnAGpuAndByFallingBackTellingSoOnce() {
    String ids = Cli.IDS;
    Cli cpu = Cli.run("trace", "--ids", ids, "--gen-length", "8", "--json").ok();
    Cli gpu =
        Cli.run("trace", "--ids", ids, "--gen-length", "8", "--json", "--device", "gpu", "--exact")
            .ok();
    assertThat(gpu.out()).isEqualTo(cpu.out());
    String note = "running on the CPU";
    assertThat(gpu.err().lines().filter(line -> line.contains(note)))
        .hasSize(isAnyUsable() ? 0 : 1);
  }

  @Test
  void device_namedButNotThere_saysWhatIsMissing() {
    for (DeviceInfo device : FOUND) {
      if (!device.isUsable()) {
        Cli.run("digest", "--device", device.backend()).fails(1, device.detail());
      }
    }
  }
}

package org.unmask.bench.cli;

import org.unmask.model.device.DeviceInfo;
import org.unmask.model.device.Devices;
import picocli.CommandLine.Command;

/** {@code unmask devices}: which devices can run models, and why others cannot. */
@Command(
    name = "devices",
    description = "List what --device takes, what is usable, and what others lack.")
final class DevicesCommand extends Verb {

  @Override
  void run() {
    int cores = Runtime.getRuntime().availableProcessors();
    show(new DeviceInfo("cpu", "cpu", true, cores + " threads"));
    Devices.installed().all().forEach(this::show);
  }

  private void show(DeviceInfo device) {
    if (json) {
      print(
          Json.object()
              .put("device", device.backend())
              .put("name", device.name())
              .put("usable", device.isUsable())
              .put("detail", device.detail()));
      return;
    }
    String name = device.name().equals(device.backend()) ? "" : device.name() + ", ";
    String state = device.isUsable() ? "usable" : "not usable";
    print("%-8s %s: %s%s".formatted(device.backend(), state, name, device.detail()));
  }
}

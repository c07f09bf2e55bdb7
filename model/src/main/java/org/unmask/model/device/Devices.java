package org.unmask.model.device;

import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/**
 * The backends that are installed, best first: cuda, then others by name.
 *
 * @param backends all of them, usable or not
 */
public record Devices(List<DeviceBackend> backends) {

  /** The word for the first usable device of any backend. */
  public static final String ANY = "gpu";

  /** Keeps a copy. */
  public Devices {
    backends = List.copyOf(backends);
  }

  /** Finds the installed backends. */
  public static Devices installed() {
    return new Devices(
        ServiceLoader.load(DeviceBackend.class).stream()
            .map(ServiceLoader.Provider::get)
            .sorted(
                Comparator.comparing((DeviceBackend backend) -> !backend.name().equals("cuda"))
                    .thenComparing(DeviceBackend::name))
            .toList());
  }

  /** Returns what every backend found. */
  public List<DeviceInfo> all() {
    return backends.stream().flatMap(backend -> backend.devices().stream()).toList();
  }

  /**
   * Chooses a backend.
   *
   * @param name a backend's name, or {@link #ANY} for the first with a usable device
   * @throws IllegalArgumentException if there is no backend of that name
   * @throws DeviceException if nothing usable was found; the message says why
   */
  public DeviceBackend choose(String name) {
    List<DeviceBackend> asked =
        backends.stream()
            .filter(backend -> name.equals(ANY) || backend.name().equals(name))
            .toList();
    if (asked.isEmpty() && !name.equals(ANY)) {
      throw new IllegalArgumentException(
          "device must be cpu, gpu or an installed backend (%s), was '%s'"
              .formatted(
                  backends.stream().map(DeviceBackend::name).collect(Collectors.joining(", ")),
                  name));
    }
    return asked.stream()
        .filter(backend -> backend.devices().stream().anyMatch(DeviceInfo::isUsable))
        .findFirst()
        .orElseThrow(() -> new DeviceException(missing(asked)));
  }

  private static String missing(List<DeviceBackend> asked) {
    return asked.isEmpty()
        ? "no device backend is installed"
        : asked.stream()
            .flatMap(backend -> backend.devices().stream())
            .map(device -> device.backend() + ": " + device.detail())
            .collect(Collectors.joining("; "));
  }
}

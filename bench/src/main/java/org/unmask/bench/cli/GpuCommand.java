package org.unmask.bench.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.unmask.bench.large.DeviceRun;
import org.unmask.bench.large.Shapes;
import org.unmask.bench.load.DeviceChoice;
import org.unmask.model.device.DeviceBackend;
import org.unmask.model.device.Devices;
import org.unmask.model.device.Precision;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code unmask bench gpu}: steps of random models of published shapes on a device. */
@Command(
    name = "gpu",
    description = {
      "Time steps of random models of published shapes on a GPU.",
      "",
      "Weights are drawn in the GPU's memory: nothing is downloaded. Times are from call to return;"
          + " overhead is the share of it that the GPU did not work."
    })
final class GpuCommand extends Verb {

  @Option(
      names = "--shape",
      split = "\\s*,\\s*",
      splitSynopsisLabel = ",",
      paramLabel = "S",
      defaultValue = "llada-8b,dream-7b,qwen-0.5b",
      order = 1,
      description = "Shapes: llada-8b, dream-7b, qwen-0.5b.")
  List<String> shapes = List.of();

  @Option(
      names = "--precision",
      paramLabel = "P",
      defaultValue = "bf16",
      order = 2,
      description = "bf16, f16, f32 or exact.")
  String precision = "bf16";

  @Option(
      names = "--device",
      paramLabel = "D",
      defaultValue = "gpu",
      order = 3,
      description = "gpu, or a backend that unmask devices lists.")
  String device = "gpu";

  @Option(
      names = "--repeats",
      paramLabel = "N",
      defaultValue = "100",
      order = 4,
      description =
          "Timed steps of each kind, after half as many and at least three seconds untimed.")
  int repeats = 100;

  @Override
  void run() {
    if (repeats < 1) {
      throw usage("--repeats must be at least 1, was " + repeats);
    }
    List<Shapes> chosen = shapes.stream().map(this::shape).toList();
    Precision how = DeviceChoice.precision(precision);
    DeviceBackend backend = Devices.installed().choose(device);
    for (Shapes shape : chosen) {
      DeviceRun run = new DeviceRun(backend, shape, how, repeats, Math.max(3, repeats / 2));
      for (DeviceRun.Timing timing : run.measure(terminal()::note)) {
        if (json) {
          print(
              Json.object()
                  .put("shape", shape.word())
                  .put("precision", how.word())
                  .<tools.jackson.databind.node.ObjectNode>setAll(
                      (tools.jackson.databind.node.ObjectNode) Json.MAPPER.valueToTree(timing)));
        } else {
          print(line(shape, timing));
        }
      }
    }
  }

  private static String line(Shapes shape, DeviceRun.Timing t) {
    double[] ms = t.milliseconds();
    return String.format(
        Locale.ROOT,
        "%-10s %-18s median %.3f ms, %.3f to %.3f; GPU %.3f ms, overhead %.1f %%",
        shape.word(),
        t.name(),
        DeviceRun.Timing.median(ms),
        ms[0],
        ms[ms.length - 1],
        DeviceRun.Timing.median(t.device()),
        100 * t.overhead());
  }

  private Shapes shape(String word) {
    for (Shapes shape : Shapes.values()) {
      if (shape.word().equals(word)) {
        return shape;
      }
    }
    throw usage(
        "--shape must be one of "
            + Arrays.stream(Shapes.values()).map(Shapes::word).collect(Collectors.joining(", "))
            + ", was '"
            + word
            + "'");
  }
}

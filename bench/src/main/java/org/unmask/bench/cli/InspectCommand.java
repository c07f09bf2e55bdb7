package org.unmask.bench.cli;

import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.unmask.weights.Checkpoint;
import org.unmask.weights.safetensors.Tensor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code unmask inspect}: what a checkpoint holds. */
@Command(
    name = "inspect",
    description = "Show a checkpoint's configuration, tensors, data types and size in memory.")
final class InspectCommand extends Verb {

  @Parameters(paramLabel = "M", description = "A shipped model's name, or a folder.")
  String model = "";

  @Override
  void run() throws IOException {
    try (Checkpoint checkpoint = Checkpoint.open(ModelFlags.folder(model, terminal()))) {
      Map<String, long[]> types = new TreeMap<>();
      for (Tensor tensor : checkpoint.tensors().values()) {
        long[] sums = types.computeIfAbsent(tensor.dtype().toString(), _ -> new long[3]);
        sums[0]++;
        sums[1] += tensor.elements();
        sums[2] += tensor.data().byteSize();
      }
      if (json) {
        print(json(checkpoint, types));
      } else {
        show(checkpoint, types);
      }
      checkpoint.warnings().forEach(terminal()::note);
    }
  }

  private static ObjectNode json(Checkpoint checkpoint, Map<String, long[]> types)
      throws IOException {
    ObjectNode json = Json.object();
    json.put("name", checkpoint.name()).put("folder", checkpoint.folder().toString());
    json.put("sha256", checkpoint.sha256());
    json.set("config", checkpoint.config());
    ObjectNode dtypes = json.putObject("dtypes");
    types.forEach(
        (type, sums) ->
            dtypes
                .putObject(type)
                .put("tensors", sums[0])
                .put("elements", sums[1])
                .put("bytes", sums[2]));
    json.put("parameters", types.values().stream().mapToLong(sums -> sums[1]).sum());
    json.put("bytes", types.values().stream().mapToLong(sums -> sums[2]).sum());
    ArrayNode tensors = json.putArray("tensors");
    for (Tensor tensor : checkpoint.tensors().values()) {
      ObjectNode node = tensors.addObject();
      node.put("name", tensor.name()).put("dtype", tensor.dtype().toString());
      Arrays.stream(tensor.shape()).forEach(node.putArray("shape")::add);
    }
    return json;
  }

  private void show(Checkpoint checkpoint, Map<String, long[]> types) throws IOException {
    print(checkpoint.name() + " in " + checkpoint.folder());
    print("sha256 " + checkpoint.sha256());
    print("");
    checkpoint
        .config()
        .properties()
        .forEach(e -> print(String.format(Locale.ROOT, "  %-28s %s", e.getKey(), e.getValue())));
    print("");
    for (Tensor tensor : checkpoint.tensors().values()) {
      print(
          String.format(
              Locale.ROOT,
              "  %-56s %-5s %s",
              tensor.name(),
              tensor.dtype(),
              Arrays.toString(tensor.shape())));
    }
    print("");
    types.forEach(
        (type, sums) ->
            print(
                String.format(
                    Locale.ROOT,
                    "%s: %d tensors, %,d parameters, %.1f MiB",
                    type,
                    sums[0],
                    sums[1],
                    sums[2] / 1048576.0)));
  }
}

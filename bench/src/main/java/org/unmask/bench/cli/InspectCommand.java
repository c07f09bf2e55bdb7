package org.unmask.bench.cli;

import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.unmask.bench.load.QuantError;
import org.unmask.decode.Algorithms;
import org.unmask.model.transformer.Transformer;
import org.unmask.model.transformer.TransformerConfig;
import org.unmask.runtime.exec.WorkerPool;
import org.unmask.runtime.nn.WeightFormat;
import org.unmask.weights.Checkpoint;
import org.unmask.weights.CheckpointException;
import org.unmask.weights.safetensors.Tensor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code unmask inspect}: what a checkpoint holds. */
@Command(
    name = "inspect",
    description = "Show what a checkpoint is, whether it runs, its tensors and its size in memory.")
final class InspectCommand extends Verb {

  @Parameters(paramLabel = "M", description = "A shipped model's name, or a folder.")
  String model = "";

  @Option(
      names = "--quant-error",
      order = 1,
      description = "Measure what int8 and int4 cost: error of each matrix, of logits, flips.")
  boolean quantError;

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
      if (quantError) {
        try (WorkerPool pool = new WorkerPool(Runtime.getRuntime().availableProcessors())) {
          show(QuantError.measure(checkpoint, WeightFormat.INT8, pool));
          show(QuantError.measure(checkpoint, WeightFormat.INT4, pool));
        }
      }
    }
  }

  private static ObjectNode json(Checkpoint checkpoint, Map<String, long[]> types)
      throws IOException {
    ObjectNode json = Json.object();
    json.put("name", checkpoint.name()).put("folder", checkpoint.folder().toString());
    json.put("sha256", checkpoint.sha256());
    json.set("config", checkpoint.config());
    verdict(checkpoint).forEach(json::put);
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

  /** Says what the checkpoint is and whether it runs, without packing a weight. */
  private static Map<String, String> verdict(Checkpoint checkpoint) throws IOException {
    Map<String, String> lines = new LinkedHashMap<>();
    TransformerConfig c;
    try {
      c = Transformer.config(checkpoint);
      Transformer.check(checkpoint);
    } catch (CheckpointException e) {
      lines.put("runs", "no: " + e.getMessage());
      return lines;
    }
    lines.put("runs", "yes");
    lines.put("family", c.family() + (c.experts() == null ? "" : " with experts"));
    lines.put("attention", c.attention().toString());
    lines.put("shift", Integer.toString(c.shift()));
    boolean isDiffusion = c.maskId() >= 0;
    lines.put("mask id", isDiffusion ? Integer.toString(c.maskId()) : "none");
    lines.put(
        "algorithms",
        isDiffusion
            ? "all %d of unmask algorithms".formatted(Algorithms.all().size())
            : "left-to-right only: without a mask token it is no diffusion model; if it is one,"
                + " say so in unmask.json: mask_id, shift, attention");
    long parameters = c.parameters();
    for (WeightFormat format : WeightFormat.values()) {
      double bits = format.bits() + (format == WeightFormat.INT4 ? 1.0 : 0.0); // a scale per 32
      lines.put(
          "held as " + format.name().toLowerCase(Locale.ROOT),
          String.format(Locale.ROOT, "%,.1f MiB", parameters * bits / 8 / 1048576));
    }
    return lines;
  }

  private void show(QuantError error) {
    if (json) {
      print(Json.MAPPER.<ObjectNode>valueToTree(error));
      return;
    }
    print("");
    print(
        String.format(
            Locale.ROOT,
            "%s: logits off by %.2f %%, at most %.3f; arg-max changes in %d of %d rows",
            error.format().name().toLowerCase(Locale.ROOT),
            100 * error.logitError(),
            error.worstLogit(),
            error.flips(),
            error.rows()));
    for (QuantError.Matrix matrix : error.matrices()) {
      print(String.format(Locale.ROOT, "  %-56s %.3f %%", matrix.name(), 100 * matrix.error()));
    }
  }

  private void show(Checkpoint checkpoint, Map<String, long[]> types) throws IOException {
    print(checkpoint.name() + " in " + checkpoint.folder());
    print("sha256 " + checkpoint.sha256());
    verdict(checkpoint)
        .forEach((key, value) -> print(String.format(Locale.ROOT, "%-13s %s", key, value)));
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

package org.unmask.bench.cli;

import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.unmask.bench.load.AlgorithmsFor;
import org.unmask.bench.load.ModelText;
import org.unmask.bench.load.PackedSize;
import org.unmask.bench.load.QuantError;
import org.unmask.model.AttentionMask;
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
    Map<String, String> verdict = verdict(checkpoint);
    verdict.forEach(json::put);
    if (verdict.get("runs").equals("yes")) {
      json.set("algorithms", Json.MAPPER.valueToTree(AlgorithmsFor.model(checkpoint)));
    }
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
    lines.put(
        "attention",
        switch (c.attention()) {
          case AttentionMask.Full _ -> "full: every position sees every other";
          case AttentionMask.Causal _ -> "causal: each position sees those before it";
          case AttentionMask.BlockCausal block ->
              "block-causal: blocks of %d see themselves and those before"
                  .formatted(block.blockLength());
          case AttentionMask.Explicit _ -> c.attention().toString();
        });
    lines.put("shift", c.shift() + (c.shift() == 0 ? "" : ": row i predicts token i + 1"));
    lines.put(
        "mask id",
        c.maskId() >= 0
            ? Integer.toString(c.maskId())
            : "none: autoregressive; a diffusion model names it in config.json, its tokenizer or"
                + " unmask.json (mask_id, shift, attention)");
    for (WeightFormat format : WeightFormat.values()) {
      lines.put(
          "held as " + format.name().toLowerCase(Locale.ROOT),
          String.format(Locale.ROOT, "%,.1f MiB", PackedSize.bytes(c, format) / 1048576.0));
    }
    try {
      ModelText text = ModelText.open(checkpoint.folder());
      lines.put("tokenizer", String.format(Locale.ROOT, "%,d tokens", text.tokens()));
      lines.put("chat", text.template());
    } catch (IOException e) {
      lines.put("tokenizer", "none, so that only token ids can be given: " + e.getMessage());
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

  private void line(String key, String value) {
    print(String.format(Locale.ROOT, "%-13s %s", key, value));
  }

  private void show(Checkpoint checkpoint, Map<String, long[]> types) throws IOException {
    print(checkpoint.name() + " in " + checkpoint.folder());
    Map<String, String> verdict = verdict(checkpoint);
    verdict.forEach(this::line);
    if (verdict.get("runs").equals("yes")) {
      List<String> algorithms = AlgorithmsFor.model(checkpoint).lines();
      line("algorithms", algorithms.getFirst());
      algorithms.stream().skip(1).forEach(line -> line("", line));
    }
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
    print("sha256 " + checkpoint.sha256());
  }
}

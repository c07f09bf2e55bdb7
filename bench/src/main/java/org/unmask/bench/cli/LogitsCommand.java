package org.unmask.bench.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.unmask.bench.load.LoadedModel;
import org.unmask.model.Query;
import org.unmask.weights.safetensors.SafetensorsWriter;
import org.unmask.weights.safetensors.Tensor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** {@code unmask logits}: one forward pass, its logits written to a file. */
@Command(
    name = "logits",
    description = {
      "Run one forward pass over token ids and write the logits as safetensors.",
      "",
      "The file holds a tensor 'logits' (tokens, vocabulary) of 32-bit floats, as the checkpoint's"
          + " own code returns them: unshifted, no token suppressed. With --requests, --out holds"
          + " logits_0, logits_1 and so on; a request with an 'out' of its own writes 'logits'"
          + " there instead."
    })
final class LogitsCommand extends Verb {

  /** What one line of {@code --requests} may set. */
  @Command
  static final class Request {

    @Option(
        names = "--ids",
        split = "\\s*,\\s*",
        splitSynopsisLabel = ",",
        paramLabel = "ID",
        order = 2,
        description = "Token ids.")
    int @Nullable [] ids;

    @Option(names = "--out", paramLabel = "FILE", order = 3, description = "The file to write.")
    @Nullable Path out;

    int[] checked() {
      if (ids == null || ids.length == 0) {
        throw new IllegalArgumentException("no tokens; give their ids with --ids");
      }
      if (out == null) {
        throw new IllegalArgumentException("no file to write; name it with --out");
      }
      return ids;
    }
  }

  @Mixin ModelFlags modelFlags = new ModelFlags();
  @Mixin Request request = new Request();

  @Option(
      names = "--requests",
      paramLabel = "FILE",
      order = 4,
      description = "JSON Lines: one forward pass a line, long option names as keys.")
  @Nullable Path requests;

  @Override
  void run() throws IOException {
    List<Request> all = Requests.of(spec, requests, request, Request::new, Request::checked);
    try (LoadedModel model = modelFlags.open(terminal())) {
      List<Tensor> common = new ArrayList<>();
      for (int i = 0; i < all.size() && !interrupt().requested(); i++) {
        Request each = all.get(i);
        Path out = Objects.requireNonNull(each.out);
        boolean alone = requests == null || !out.equals(request.out);
        String name = alone ? "logits" : "logits_" + i;
        Tensor logits = forward(model, each.checked(), name);
        if (alone) {
          SafetensorsWriter.write(out, List.of(logits), Map.of());
        } else {
          common.add(logits);
        }
        describe(requests == null ? -1 : i, logits, out);
      }
      if (!common.isEmpty()) {
        SafetensorsWriter.write(Objects.requireNonNull(request.out), common, Map.of());
      }
    }
  }

  private static Tensor forward(LoadedModel model, int[] ids, String name) {
    int[] rows = IntStream.range(0, ids.length).toArray();
    Query query =
        new Query()
            .rows(ids, 0, ids.length)
            .predict(rows, ids.length)
            .wantLogits(true)
            .unshifted(true);
    model.denoiser().forward(List.of(query));
    int vocabSize = query.predictions().vocabSize();
    float[] values =
        Arrays.copyOf(query.predictions().logits(), Math.multiplyExact(ids.length, vocabSize));
    return Tensor.of(name, values, ids.length, vocabSize);
  }

  private void describe(int number, Tensor logits, Path out) {
    if (json) {
      ObjectNode line = Json.object();
      if (number >= 0) {
        line.put("request", number);
      }
      line.put("out", out.toString()).put("tensor", logits.name());
      print(line.put("tokens", logits.shape()[0]).put("vocabulary", logits.shape()[1]));
    } else {
      print(out + ": " + logits);
    }
  }
}

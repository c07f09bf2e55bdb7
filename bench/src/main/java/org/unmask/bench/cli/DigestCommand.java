package org.unmask.bench.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.unmask.bench.load.LoadedModel;
import org.unmask.decode.DecodeOptions;
import org.unmask.decode.DecodeRequest;
import org.unmask.decode.DecodeResult;
import org.unmask.decode.DecodeStep;
import org.unmask.model.Query;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** {@code unmask digest}: one hash over logits and decoding traces on fixed prompts. */
@Command(
    name = "digest",
    description = {
      "Print a SHA-256 over the bits of logits and of decoding traces on fixed prompts.",
      "",
      "It is the same for every number of threads, vector width and batch size."
    })
final class DigestCommand extends Verb {

  private static final int PROMPTS = 8;
  private static final int GEN_LENGTH = 16;

  @Mixin ModelFlags modelFlags = new ModelFlags();

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "1",
      order = 902,
      description = "Sequences decoded together. Does not change a bit.")
  int batch = 1;

  @Override
  void run() throws IOException {
    if (batch < 1) {
      throw usage("--batch must be at least 1, was " + batch);
    }
    try (LoadedModel model = modelFlags.open(terminal())) {
      List<int[]> prompts = prompts(model);
      byte[] logits = hashLogits(model, prompts);
      byte[] trace = hashTraces(model, prompts);
      MessageDigest both = Hashes.sha256();
      both.update(logits);
      both.update(trace);
      HexFormat hex = HexFormat.of();
      String digest = hex.formatHex(both.digest());
      if (json) {
        print(
            Json.object()
                .put("digest", digest)
                .put("logits", hex.formatHex(logits))
                .put("trace", hex.formatHex(trace)));
      } else {
        print(digest);
      }
    }
  }

  /** Lists of different lengths, so that a batch is ragged. */
  private static List<int[]> prompts(LoadedModel model) throws IOException {
    List<String> names =
        List.of(
            "Ann Lee",
            "Bob Ray",
            "Cy Dunn",
            "Di Fox",
            "Ed Hall",
            "Flo King",
            "Gus Moss",
            "Ida Orr");
    List<int[]> prompts = new ArrayList<>();
    for (int i = 1; i <= PROMPTS; i++) {
      prompts.add(model.text().chatUser(String.join(", ", names.subList(0, i))));
    }
    return prompts;
  }

  private byte[] hashLogits(LoadedModel model, List<int[]> prompts) {
    MessageDigest digest = Hashes.sha256();
    for (int from = 0; from < prompts.size(); from += batch) {
      List<Query> queries = new ArrayList<>();
      for (int[] ids : prompts.subList(from, Math.min(from + batch, prompts.size()))) {
        int[] rows = IntStream.range(0, ids.length).toArray();
        queries.add(
            new Query()
                .rows(ids, 0, ids.length)
                .predict(rows, rows.length)
                .wantLogits(true)
                .unshifted(true));
      }
      model.denoiser().forward(queries);
      for (Query query : queries) {
        int count = query.predictions().count() * query.predictions().vocabSize();
        ByteBuffer bytes = ByteBuffer.allocate(4 * count).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(query.predictions().logits(), 0, count);
        digest.update(bytes);
      }
    }
    return digest.digest();
  }

  /** Decodes greedily and with noise; every position, token and confidence counts. */
  private byte[] hashTraces(LoadedModel model, List<int[]> prompts) {
    List<DecodeRequest> requests = new ArrayList<>();
    for (DecodeOptions each : options(model)) {
      for (int i = 0; i < prompts.size(); i++) {
        requests.add(new DecodeRequest(prompts.get(i), each, i));
      }
    }
    List<List<DecodeStep>> steps = new ArrayList<>();
    requests.forEach(_ -> steps.add(new ArrayList<>()));
    List<DecodeResult> results = new ArrayList<>(Collections.nCopies(requests.size(), null));
    model
        .decoder()
        .decodeAll(
            requests.iterator(),
            batch,
            results::set,
            (request, step) -> steps.get(request).add(step));
    MessageDigest digest = Hashes.sha256();
    for (int i = 0; i < requests.size(); i++) {
      for (DecodeStep step : steps.get(i)) {
        digest.update(Json.line(json(i, step)).getBytes());
        for (double confidence : step.confidence()) {
          digest.update(ByteBuffer.allocate(8).putLong(0, Double.doubleToRawLongBits(confidence)));
        }
      }
      digest.update(Json.line(Json.array(results.get(i).ids())).getBytes());
    }
    return digest.digest();
  }

  /** Returns a greedy and a noisy way of decoding with the model. */
  private static List<DecodeOptions> options(LoadedModel model) {
    if (model.config().conditioning().isCausal()) {
      return List.of(
          DecodeOptions.of("ar", Map.of("gen-length", GEN_LENGTH)),
          DecodeOptions.of("ar", Map.of("gen-length", GEN_LENGTH, "temperature", 0.7, "seed", 1)));
    }
    return List.of(
        DecodeOptions.of("threshold", Map.of("gen-length", GEN_LENGTH)),
        DecodeOptions.of(
            "llada-low-confidence",
            Map.of("gen-length", GEN_LENGTH, "steps", 4, "temperature", 0.7, "seed", 1)));
  }

  /** Returns a step in a form that must never change, because the digest is over its text. */
  private static ObjectNode json(int number, DecodeStep step) {
    ObjectNode line = Json.object().put("request", number).put("step", step.step());
    line.put("block", step.block() < 0 ? null : step.block());
    line.put("forward_offset", step.forwardOffset()).put("forward_len", step.forwardLength());
    step.positions().forEach(line.putArray("positions")::add);
    step.tokenIds().forEach(line.putArray("token_ids")::add);
    step.confidence().forEach(line.putArray("confidence")::add);
    return line;
  }
}

package org.unmask.bench.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.unmask.bench.load.LoadedModel;
import org.unmask.decode.DecodeOptions;
import org.unmask.decode.DecodeRequest;
import org.unmask.decode.DecodeResult;
import org.unmask.decode.DecodeStep;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code unmask trace}: what every forward call of a decoding did. */
@Command(
    name = "trace",
    subcommands = TraceVerifyCommand.class,
    modelTransformer = DecodingFlags.Adder.class,
    description = "Decode from token ids and show what every forward call did.")
final class TraceCommand extends Verb implements DecodingFlags.Holder {

  /** What one line of {@code --requests} may set. */
  @Command(modelTransformer = DecodingFlags.Adder.class)
  static final class Request implements DecodingFlags.Holder {

    @Option(
        names = "--ids",
        split = "\\s*,\\s*",
        splitSynopsisLabel = ",",
        paramLabel = "ID",
        order = 2,
        description = "Token ids of the prompt.")
    int @Nullable [] ids;

    private final DecodingFlags decoding = new DecodingFlags();

    @Override
    public DecodingFlags decoding() {
      return decoding;
    }

    DecodeRequest check() {
      if (ids == null) {
        throw new IllegalArgumentException("no prompt; give its token ids with --ids");
      }
      DecodeOptions options = decoding.options();
      return new DecodeRequest(ids, options);
    }
  }

  @Mixin ModelFlags modelFlags = new ModelFlags();
  @Mixin Request request = new Request();

  @Option(
      names = "--requests",
      paramLabel = "FILE",
      order = 3,
      description = "JSON Lines: one decoding a line, long option names as keys.")
  @Nullable Path requests;

  @Override
  public DecodingFlags decoding() {
    return request.decoding();
  }

  @Override
  void run() throws IOException {
    List<DecodeRequest> all = new ArrayList<>();
    if (requests == null) {
      all.add(request.check());
    } else {
      Requests.read(spec, requests, Request::new, r -> all.add(r.check()));
    }
    try (LoadedModel model = modelFlags.open(terminal())) {
      for (int i = 0; i < all.size() && !interrupt().requested(); i++) {
        int number = requests == null ? -1 : i;
        DecodeResult result =
            model
                .decoder(all.get(i).options())
                .decode(all.get(i), (_, step) -> show(model, number, step));
        finish(model, number, result);
      }
    }
  }

  private void show(LoadedModel model, int number, DecodeStep step) {
    if (json) {
      print(json(number, step));
      return;
    }
    StringBuilder line = new StringBuilder();
    line.append(String.format(Locale.ROOT, "%4d ", step.step()));
    line.append(
        step.block() < 0
            ? "nothing unmasked"
            : String.format(Locale.ROOT, "block %d:", step.block()));
    for (int i = 0; i < step.positions().size(); i++) {
      line.append(
          String.format(
              Locale.ROOT,
              " %d %s %.3f",
              step.positions().get(i),
              Json.line(Json.MAPPER.valueToTree(model.text().withSpecials(step.tokenIds().get(i)))),
              step.confidence().get(i)));
    }
    print(line.toString());
  }

  private void finish(LoadedModel model, int number, DecodeResult result) {
    if (json) {
      ObjectNode line = Json.object();
      if (number >= 0) {
        line.put("request", number);
      }
      line.set("final_ids", Json.array(result.ids()));
      print(line.put("nfe", result.nfe()));
    } else {
      print(model.answer(result.ids()));
      print(
          String.format(
              Locale.ROOT,
              "NFE %d, %.2f tokens/step, kept %d of %d tokens",
              result.nfe(),
              result.tokensPerStep(),
              result.keptTokens(),
              result.generatedTokens()));
    }
  }

  /** Returns a step under the keys of the golden traces; what is empty or unusual comes last. */
  static ObjectNode json(int number, DecodeStep step) {
    ObjectNode line = Json.object();
    if (number >= 0) {
      line.put("request", number);
    }
    line.put("step", step.step());
    if (step.block() < 0) {
      line.putNull("block");
    } else {
      line.put("block", step.block());
    }
    line.put("forward_offset", step.forwardOffset()).put("forward_len", step.forwardLength());
    step.positions().forEach(line.putArray("positions")::add);
    step.tokenIds().forEach(line.putArray("token_ids")::add);
    step.confidence().forEach(line.putArray("confidence")::add);
    if (!step.remasked().isEmpty()) {
      step.remasked().forEach(line.putArray("remasked")::add);
    }
    if (!step.edits().isEmpty()) {
      ArrayNode edits = line.putArray("edits");
      for (DecodeStep.Edit edit : step.edits()) {
        edits
            .addObject()
            .put("position", edit.position())
            .put("from", edit.from())
            .put("to", edit.to())
            .put("confidence", edit.confidence());
      }
    }
    for (Map.Entry<String, Object> detail : step.details().entrySet()) {
      line.set(detail.getKey(), Json.MAPPER.valueToTree(detail.getValue()));
    }
    return line;
  }
}

package org.unmask.bench.cli;

import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.unmask.bench.load.LoadedModel;
import org.unmask.decode.DecodeListener;
import org.unmask.decode.DecodeOptions;
import org.unmask.decode.DecodeRequest;
import org.unmask.decode.DecodeResult;
import org.unmask.decode.Decoder;
import org.unmask.decode.Staleness;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code unmask generate}: answers a prompt. */
@Command(
    name = "generate",
    modelTransformer = DecodingFlags.Adder.class,
    description = "Answer a prompt; on a terminal, watch the canvas while it is unmasked.")
final class GenerateCommand extends Verb implements DecodingFlags.Holder {

  @Mixin ModelFlags modelFlags = new ModelFlags();

  @Parameters(paramLabel = "PROMPT", description = "What the user says.")
  String prompt = "";

  @Option(
      names = "--raw",
      order = 2,
      description = "Feed the prompt as it is, without the model's chat template.")
  boolean raw;

  @Option(
      names = "--frame-ms",
      paramLabel = "MS",
      defaultValue = "40",
      order = 3,
      description = "Least time each step is shown on a terminal; not counted as decoding.")
  long frameMs = 40;

  @Option(
      names = "--measure-staleness",
      order = 4,
      showDefaultValue = Visibility.NEVER,
      description =
          "Say what the cache cost in accuracy: compare every call that reads it with an exact one,"
              + " which is counted in the time.")
  boolean measureStaleness;

  private final DecodingFlags decoding = new DecodingFlags();
  private Staleness staleness = Staleness.NONE;

  @Override
  public DecodingFlags decoding() {
    return decoding;
  }

  @Override
  void run() throws IOException {
    DecodeOptions options = decoding.options();
    try (LoadedModel model = modelFlags.open(terminal())) {
      int[] ids = raw ? model.text().encode(prompt) : model.text().chatUser(prompt);
      LiveCanvas canvas = canvas(model, options.genLength());
      long start = System.nanoTime();
      DecodeRequest request = new DecodeRequest(ids, options);
      Decoder decoder = model.decoder(options);
      DecodeResult result =
          measureStaleness
              ? decoder.measuringStaleness().decode(request, metered(canvas))
              : decoder.decode(request, canvas);
      double ms = (System.nanoTime() - start) / 1e6;
      if (canvas != null) {
        ms -= canvas.pausedNanos() / 1e6;
        canvas.erase();
      }
      answer(model, options, result, ms);
    }
  }

  private DecodeListener metered(@Nullable LiveCanvas canvas) {
    return (request, step) -> {
      staleness = step.staleness() == null ? staleness : staleness.plus(step.staleness());
      if (canvas != null) {
        canvas.onStep(request, step);
      }
    };
  }

  private @Nullable LiveCanvas canvas(LoadedModel model, int genLength) {
    if (json || !terminal().outIsTerminal()) {
      return null;
    }
    return new LiveCanvas(
        terminal().out(),
        id -> {
          String text = model.text().withoutSpecials(id);
          return text.isEmpty() ? "·" : text; // a special token, mostly padding
        },
        terminal().colour(),
        Integer.getInteger("unmask.columns", 80),
        genLength,
        Math.clamp(frameMs, 0, 10_000));
  }

  private void answer(LoadedModel model, DecodeOptions options, DecodeResult result, double ms) {
    double msPerStep = ms / Math.max(1, result.nfe());
    double tokensPerSecond = 1000 * result.keptTokens() / ms;
    String text = model.answer(result.ids());
    if (json) {
      var line =
          Json.object().put("model", model.name()).put("algorithm", options.algorithm().id());
      line.set("options", Json.MAPPER.valueToTree(options.values()));
      line.put("text", text);
      line.set("ids", Json.array(result.ids()));
      if (measureStaleness) {
        line.set("staleness", Json.MAPPER.valueToTree(staleness));
      }
      print(
          line.put("nfe", result.nfe())
              .put("tokens_per_step", result.tokensPerStep())
              .put("ms_per_step", msPerStep)
              .put("tokens_per_second", tokensPerSecond)
              .put("kept_tokens", result.keptTokens())
              .put("generated_tokens", result.generatedTokens()));
      return;
    }
    print(text);
    terminal().out().flush();
    print(
        String.format(
            Locale.ROOT,
            "%n%s: NFE %d, %.2f tokens/step, %.2f ms/step, %.0f tokens/s, kept %d of %d tokens",
            options.algorithm().id(),
            result.nfe(),
            result.tokensPerStep(),
            msPerStep,
            tokensPerSecond,
            result.keptTokens(),
            result.generatedTokens()));
    if (measureStaleness) {
      print("stale: " + StepLines.of(staleness));
    }
  }
}

package org.unmask.bench.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.unmask.bench.load.LoadedModel;
import org.unmask.decode.DecodeOptions;
import org.unmask.decode.DecodeRequest;
import org.unmask.decode.Decoder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code unmask trace}: what every forward call of a decoding did. */
@Command(
    name = "trace",
    subcommands = {
      TraceVerifyCommand.class,
      TraceReplayCommand.class,
      TraceDiffCommand.class,
      TraceResumeCommand.class
    },
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

  @Option(
      names = "--record",
      paramLabel = "FILE",
      order = 4,
      description =
          "Also write the runs as JSON Lines, with every prediction, costs and digests; for trace"
              + " verify, diff, replay and resume.")
  @Nullable Path record;

  @Option(
      names = "--measure-staleness",
      order = 5,
      showDefaultValue = Visibility.NEVER,
      description =
          "Compare every call that reads a cache with an exact one, which costs as much again.")
  boolean measureStaleness;

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
    try (LoadedModel model = modelFlags.open(terminal());
        TraceOutput output = new TraceOutput(this::print, json, record)) {
      for (int i = 0; i < all.size() && !interrupt().requested(); i++) {
        Decoder decoder = model.decoder(all.get(i).options());
        decoder = output.records() ? decoder.keepingPredictions() : decoder;
        decoder = measureStaleness ? decoder.measuringStaleness() : decoder;
        TraceOutput.Run run = output.begin(model, requests == null ? -1 : i, all.get(i));
        run.end(decoder.decode(all.get(i), (_, step) -> run.step(step)));
      }
    } catch (UncheckedIOException e) { // of the recording
      throw e.getCause();
    }
  }
}

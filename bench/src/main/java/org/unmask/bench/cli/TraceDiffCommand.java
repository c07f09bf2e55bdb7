package org.unmask.bench.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.unmask.decode.trace.RecordedTrace;
import org.unmask.decode.trace.TraceDiff;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/** {@code unmask trace diff}: where two recorded runs part. */
@Command(
    name = "diff",
    description = {
      "Say where the runs of two trace files part: the first step and position at which their"
          + " canvases differ, what each predicted there, and the first recorded number that"
          + " differs at all. Needs no model.",
      "",
      "The runs are compared in the order of the files. Exit code 0 if all are equal, 1 if not."
    })
final class TraceDiffCommand extends Verb {

  @Parameters(index = "0", paramLabel = "A", description = "A file of traces.")
  @Nullable Path first;

  @Parameters(index = "1", paramLabel = "B", description = "Another one.")
  @Nullable Path second;

  @Option(
      names = "--trace",
      paramLabel = "I",
      order = 1,
      description = "Only the I-th run of each file, from 0.")
  @Nullable Integer only;

  @Option(
      names = "--tolerance",
      paramLabel = "X",
      defaultValue = "0",
      order = 2,
      description = "Greatest difference of two scores that counts as none.")
  double tolerance;

  @Override
  void run() throws IOException {
    if (!(tolerance >= 0)) {
      throw usage("--tolerance must be at least 0, was " + tolerance);
    }
    List<RecordedTrace> a = TraceInput.read(Objects.requireNonNull(first)).traces();
    List<RecordedTrace> b = TraceInput.read(Objects.requireNonNull(second)).traces();
    if (only != null) {
      a = List.of(TraceChoice.of(a, only));
      b = List.of(TraceChoice.of(b, only));
    }
    int different = 0;
    for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
      different += isEqual(only == null ? i : only, a.get(i), b.get(i)) ? 0 : 1;
    }
    if (a.size() != b.size()) {
      throw new IOException(first + " has " + a.size() + " runs, " + second + " " + b.size());
    }
    if (different > 0) {
      throw new IOException(different + " of " + a.size() + " runs differ");
    }
  }

  private boolean isEqual(int number, RecordedTrace a, RecordedTrace b) {
    TraceDiff diff = new TraceDiff(a, b, tolerance);
    Optional<String> difference = diff.firstDifference();
    Optional<TraceDiff.Parting> parting = diff.parting();
    if (json) {
      ObjectNode line = Json.object().put("trace", number).put("equal", difference.isEmpty());
      difference.ifPresent(text -> line.put("difference", text));
      parting.ifPresent(where -> put(line, where));
      diff.lastEqualDigest().ifPresent(step -> line.put("last_equal_digest", step));
      print(line);
    } else if (difference.isEmpty()) {
      print(number + " " + a + ": equal");
    } else {
      Map<Integer, String> texts = new HashMap<>(a.texts());
      texts.putAll(b.texts());
      print(
          number
              + " "
              + a
              + ": "
              + parting.map(p -> "part at " + p.words(texts)).orElse("same canvas at every step"));
      print("  first difference: " + difference.get());
    }
    return difference.isEmpty();
  }

  private static void put(ObjectNode line, TraceDiff.Parting where) {
    line.put("step", where.step()).put("position", where.position());
    put(line.putObject("first"), where.first());
    put(line.putObject("second"), where.second());
    if (!Double.isNaN(where.confidenceGap())) {
      line.put("confidence_gap", where.confidenceGap());
    }
  }

  private static void put(ObjectNode node, TraceDiff.Side side) {
    node.put("token", side.token());
    if (!Double.isNaN(side.confidence())) {
      node.put("confidence", side.confidence());
    }
    if (!Double.isNaN(side.logitGap())) {
      node.put("logit_gap", side.logitGap());
    }
  }
}

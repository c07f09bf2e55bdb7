package org.unmask.bench.cli;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.unmask.bench.load.LoadedModel;
import org.unmask.bench.load.TraceFacts;
import org.unmask.decode.DecodeRequest;
import org.unmask.decode.DecodeResult;
import org.unmask.decode.DecodeStep;
import org.unmask.decode.Staleness;
import org.unmask.decode.trace.TraceWriter;

/** Shows runs on the terminal, for people or as JSON, and records them in a file if asked to. */
final class TraceOutput implements AutoCloseable {

  private final Consumer<String> out;
  private final boolean isJson;
  private final @Nullable BufferedWriter file;

  /**
   * Opens the file.
   *
   * @param out receives lines for the terminal
   * @param isJson whether they are to be JSON
   * @param record file to record to, or null
   */
  TraceOutput(Consumer<String> out, boolean isJson, @Nullable Path record) throws IOException {
    this.out = out;
    this.isJson = isJson;
    file = record == null ? null : Files.newBufferedWriter(record);
  }

  /** Tells whether runs are recorded, and what is predicted for every row is wanted. */
  boolean records() {
    return file != null;
  }

  private void write(String line) {
    if (file != null) {
      try {
        file.write(line);
        file.write('\n');
        file.flush(); // what a killed run has done so far can be resumed
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Begins a run. */
  Run begin(LoadedModel model, int number, DecodeRequest request) throws IOException {
    Run run = new Run(model, number);
    if (file != null) {
      run.recorder.begin(request, TraceFacts.of(model));
    }
    return run;
  }

  @Override
  public void close() throws IOException {
    if (file != null) {
      file.close();
    }
  }

  /** One run. */
  final class Run {

    private final LoadedModel model;
    private final TraceWriter recorder;
    private final TraceWriter shown;
    private Staleness staleness = Staleness.NONE;
    private boolean isMeasured;

    private Run(LoadedModel model, int number) {
      this.model = model;
      recorder =
          new TraceWriter(
              TraceOutput.this::write,
              model.text()::withSpecials,
              TraceFacts.flops(model),
              System::nanoTime);
      String prefix = number < 0 ? "{" : "{\"request\":" + number + ",";
      shown =
          new TraceWriter(
              line -> out.accept(prefix + line.substring(1)),
              model.text()::withSpecials,
              TraceFacts.flops(model),
              null);
    }

    /** Records a step without showing it. */
    void pass(DecodeStep step) {
      if (file != null) {
        recorder.step(step);
      }
    }

    /** Records and shows a step. */
    void step(DecodeStep step) {
      pass(step);
      if (step.staleness() != null) {
        isMeasured = true;
        staleness = staleness.plus(step.staleness());
      }
      if (isJson) {
        shown.step(withoutPredictions(step));
      } else {
        out.accept(StepLines.of(step, model.text()::withSpecials));
      }
    }

    /** Ends the run. */
    void end(DecodeResult result) {
      if (file != null) {
        recorder.end(result);
      }
      if (isJson) {
        shown.end(result);
        return;
      }
      out.accept(model.answer(result.ids()));
      out.accept(StepLines.of(result));
      if (isMeasured) {
        out.accept("stale: " + StepLines.of(staleness));
      }
    }

    private static DecodeStep withoutPredictions(DecodeStep step) {
      return new DecodeStep(
          step.step(),
          step.kind(),
          step.block(),
          step.forwardOffset(),
          step.forwardLength(),
          step.positions(),
          step.tokenIds(),
          step.confidence(),
          step.remaskedBefore(),
          step.remasked(),
          step.edits(),
          step.details(),
          step.work(),
          null,
          step.staleness());
    }
  }
}

package org.unmask.decode;

import org.jspecify.annotations.Nullable;
import org.unmask.model.Query;

/**
 * The state machine of one sequence: asks for forward calls and acts on what they say.
 *
 * <p>The {@link Decoder} alternates {@link #plan} and {@link #absorb} until {@code plan} asks for
 * nothing more, and feeds the queries of many sequences to the network together. Everything a
 * sequence needs to remember lives in its own machine.
 */
abstract class Decoding implements Edits {

  final DecodeContext context;
  final Canvas canvas;
  final Accounting accounting = new Accounting();

  /** Receives what happens, or null if nobody listens. */
  private final @Nullable StepRecorder recorder;

  private final @Nullable StalenessMeter meter;
  private final @Nullable Replay replay;

  Decoding(DecodeContext context) {
    this(context, context.options().genLength());
  }

  Decoding(DecodeContext context, int genLength) {
    this.context = context;
    this.canvas = new Canvas(context.request().prompt(), genLength, context.denoiser().maskId());
    context.request().given().forEach((i, token) -> canvas.give(canvas.promptLength() + i, token));
    Watch watch = context.watch();
    boolean isWatched = watch.listener() != null;
    recorder = isWatched ? new StepRecorder(canvas.promptLength(), watch.keepsPredictions()) : null;
    meter =
        isWatched && watch.measuresStaleness() ? new StalenessMeter(context.suppressed()) : null;
    replay = watch.replay();
  }

  /**
   * Plans the next round.
   *
   * @param calls receives the queries
   * @return false if the sequence is finished and no query was added
   */
  abstract boolean plan(Calls calls);

  /** Acts on the predictions of the queries planned last. */
  abstract void absorb();

  /** Returns the result of a finished sequence. */
  DecodeResult result() {
    return accounting.result(canvas, context.resources());
  }

  @Override
  public final void commit(int position, int token, double confidence) {
    canvas.commit(position, token, confidence, accounting.steps() - 1);
    if (recorder != null) {
      recorder.commit(position, token, confidence);
    }
  }

  @Override
  public final void remask(int position) {
    canvas.remask(position);
    if (recorder != null) {
      recorder.remask(position);
    }
  }

  @Override
  public final void edit(int position, int token, double confidence) {
    int before = canvas.token(position);
    canvas.commit(position, token, confidence, accounting.steps() - 1);
    if (recorder != null) {
      recorder.edit(position, before, token, confidence);
    }
  }

  @Override
  public final void overwritePrompt(int position, int token, double confidence) {
    int before = canvas.token(position);
    canvas.overwritePrompt(position, token);
    if (recorder != null && before != token) {
      recorder.edit(position, before, token, confidence);
    }
  }

  @Override
  public final void truncate(int length) {
    canvas.truncate(length);
  }

  @Override
  public final void fill(int from, int token) {
    for (int position = from; position < canvas.length(); position++) {
      canvas.commit(position, token, 1, accounting.steps() - 1);
    }
    detail("eos_filled_from", from - canvas.promptLength());
    detail("eos_id", token);
  }

  @Override
  public final boolean isRecorded() {
    return recorder != null;
  }

  @Override
  public final void detail(String name, Object value) {
    if (recorder != null) {
      recorder.detail(name, value);
    }
  }

  /** Excludes the mask token from a query's proposals, unless the options say otherwise. */
  final void suppressMask(Query query) {
    query.suppress(context.suppressedTokens());
  }

  /** Counts a call of the main network and adds its query. */
  final void call(DecodeStep.Kind kind, Query query, Calls calls) {
    accounting.main(kind, query);
    if (meter != null) {
      meter.plan(canvas, query, calls);
    }
    if (replay == null || !replay.answers(accounting.steps() - 1, query, canvas.promptLength())) {
      calls.main(query);
    }
    if (recorder != null) {
      recorder.call(query);
    }
  }

  /** Counts a further call of the main network in the same step and adds its query. */
  final void secondCall(Query query, Calls calls) {
    accounting.second(query);
    calls.main(query);
    if (recorder != null) {
      recorder.secondCall();
    }
  }

  /** Tells the listener what the call just absorbed did. */
  final void report(DecodeStep.Kind kind, int block, int offset, int length) {
    Watch.Listener listener = context.watch().listener();
    if (listener != null && recorder != null) {
      if (meter != null) {
        meter.measure();
        recorder.staleness(meter.take());
      }
      recorder.work(accounting.work());
      listener.accept(recorder.finish(accounting.steps() - 1, kind, block, offset, length));
    }
  }
}

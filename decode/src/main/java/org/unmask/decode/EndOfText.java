package org.unmask.decode;

import java.util.List;

/**
 * EoTP, end-of-text prediction of Learn2PD (arXiv 2509.25188): cuts the canvas off behind the end
 * token. In the paper's form once one is unmasked; in the released code's form at the leftmost one
 * that the filter accepts, else at the surest one that is merely predicted. Belongs to one
 * sequence.
 */
final class EndOfText implements StopRule {

  private static final String EOTP = "eotp";

  private final DecodeContext context;
  private final String form;
  private int cutAt = -1;

  EndOfText(DecodeContext context) {
    this.context = context;
    form = context.options().word(EOTP);
  }

  static Parameter parameter(String usual) {
    return Parameter.choice(
        EOTP, usual, List.of("none", "paper", "code"), "where the text is cut off");
  }

  /** Tells whether masks of later blocks must be predicted; as released, without a cache. */
  boolean readsAllMasks() {
    return form.equals("code") && context.options().cache().equals("none");
  }

  /** Looks, in the released form, for the leftmost end token accepted or the surest predicted. */
  void predict(Step step, Picks accepted) {
    cutAt = form.equals("code") ? predictedEnd(step, accepted) : -1;
  }

  private int predictedEnd(Step step, Picks accepted) {
    for (int i = 0; i < accepted.count(); i++) { // ascending, as the filter accepts
      if (context.isEnd(step.token(accepted.row(i)))) {
        step.detail("truncated_by", "filter");
        return step.position(accepted.row(i));
      }
    }
    int best = -1;
    for (int row = 0; row < step.rows(); row++) {
      if (step.canvas().isMasked(step.position(row))
          && context.isEnd(step.token(row))
          && (best < 0 || step.confidence(row) > step.confidence(best))) {
        best = row;
      }
    }
    if (best < 0) {
      return -1;
    }
    step.detail("truncated_by", "prediction");
    return step.position(best);
  }

  @Override
  public boolean stops(Step step, Edits edits) {
    int end = form.equals("paper") ? unmaskedEnd(step.canvas()) : cutAt;
    boolean isShorter = end >= 0 && end + 1 < step.canvas().length();
    if (isShorter || (end >= 0 && form.equals("code"))) {
      step.detail("truncated_at", step.relative(end));
    }
    if (isShorter) {
      edits.truncate(end + 1);
    }
    if (step.isRecorded()) {
      step.detail("length", step.relative(step.canvas().length()));
    }
    return false;
  }

  private int unmaskedEnd(Canvas canvas) {
    for (int position = canvas.promptLength(); position < canvas.length(); position++) {
      if (canvas.committedAt(position) >= 0 && context.isEnd(canvas.token(position))) {
        return position;
      }
    }
    return -1;
  }
}

package org.unmask.bench.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import org.unmask.decode.DecodeResult;
import org.unmask.decode.DecodeStep;
import org.unmask.decode.Staleness;

/** Steps and results as lines for people. */
final class StepLines {

  private StepLines() {}

  /** Returns what a step did. */
  static String of(DecodeStep step, IntFunction<String> text) {
    StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%4d ", step.step()));
    line.append(
        step.block() < 0
            ? "nothing unmasked"
            : String.format(Locale.ROOT, "block %d:", step.block()));
    for (int i = 0; i < step.positions().size(); i++) {
      double confidence = i < step.confidence().size() ? step.confidence().get(i) : Double.NaN;
      line.append(token(step.positions().get(i), step.tokenIds().get(i), confidence, text));
    }
    List<Integer> remasked = new ArrayList<>(step.remaskedBefore());
    remasked.addAll(step.remasked());
    if (!remasked.isEmpty()) {
      line.append("; masked again: ").append(remasked.toString().replaceAll("[\\[\\],]", ""));
    }
    if (!step.edits().isEmpty()) {
      line.append("; edited:");
      step.edits().forEach(e -> line.append(token(e.position(), e.to(), e.confidence(), text)));
    }
    if (step.staleness() != null && step.staleness().calls() > 0) {
      line.append("; stale: ").append(of(step.staleness()));
    }
    return line.toString();
  }

  private static String token(
      int position, int token, double confidence, IntFunction<String> text) {
    return String.format(
        Locale.ROOT,
        Double.isNaN(confidence) ? " %d %s" : " %d %s %.3f",
        position,
        Json.line(Json.MAPPER.valueToTree(text.apply(token))),
        confidence);
  }

  /** Returns what a run took. */
  static String of(DecodeResult result) {
    return String.format(
        Locale.ROOT,
        "NFE %d, %.2f tokens/step, kept %d of %d tokens",
        result.nfe(),
        result.tokensPerStep(),
        result.keptTokens(),
        result.generatedTokens());
  }

  /** Returns what a cache cost in accuracy. */
  static String of(Staleness measured) {
    if (measured.calls() == 0) {
      return measured.unmeasured() == 0
          ? "no call read rows of a cache"
          : measured.unmeasured() + " calls read a cache in a way that cannot be compared";
    }
    String text =
        String.format(
            Locale.ROOT,
            "%d of %d most probable tokens differ, logits by %.3g at most and %.3g on average",
            measured.flips(),
            measured.rows(),
            measured.maxError(),
            measured.meanError());
    return measured.unmeasured() == 0
        ? text
        : text + String.format(Locale.ROOT, " (%d calls not compared)", measured.unmeasured());
  }
}

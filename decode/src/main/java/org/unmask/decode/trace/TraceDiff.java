package org.unmask.decode.trace;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.unmask.decode.DecodeStep;
import org.unmask.decode.RowPredictions;

/**
 * Finds where two recorded runs part: the first step after which their canvases differ, and the
 * lowest position there. Before that, confidences may differ already.
 */
public final class TraceDiff {

  /** What a recording says about one position at one step. */
  public record Side(int token, double confidence, double logitGap) {

    /** The step says nothing of the position. */
    static final Side UNKNOWN = new Side(CanvasReplay.MASK, Double.NaN, Double.NaN);

    private String words(Map<Integer, String> texts) {
      String name =
          token == CanvasReplay.MASK
              ? "no token"
              : "token " + token + (texts.containsKey(token) ? " '" + texts.get(token) + "'" : "");
      if (Double.isNaN(confidence)) {
        return name;
      }
      String text = name + String.format(Locale.ROOT, " (proposed with %.6f", confidence);
      return Double.isNaN(logitGap)
          ? text + ")"
          : text + String.format(Locale.ROOT, ", best two logits %.4f apart)", logitGap);
    }
  }

  /**
   * The first step after which two canvases differ.
   *
   * @param step its number
   * @param position lowest position that differs, from the start of the response
   * @param first the token there in one run after the step, and what was predicted
   * @param second the same of the other
   */
  public record Parting(int step, int position, Side first, Side second) {

    /** Returns the difference of the confidences; NaN where one is not recorded. */
    public double confidenceGap() {
      return Math.abs(first.confidence() - second.confidence());
    }

    /**
     * Returns it as one line.
     *
     * @param texts of tokens, as far as they are known
     */
    public String words(Map<Integer, String> texts) {
      String gap =
          Double.isNaN(confidenceGap())
              ? ""
              : String.format(Locale.ROOT, "; confidences %.3g apart", confidenceGap());
      return "step "
          + step
          + ", position "
          + position
          + ": "
          + first.words(texts)
          + " against "
          + second.words(texts)
          + gap;
    }
  }

  private final RecordedTrace first;
  private final RecordedTrace second;
  private final double tolerance;

  /**
   * Compares two runs.
   *
   * @param tolerance greatest difference of two numbers that are not whole, at least 0
   */
  public TraceDiff(RecordedTrace first, RecordedTrace second, double tolerance) {
    this.first = first;
    this.second = second;
    this.tolerance = tolerance;
  }

  /** Finds where the canvases part; empty if they never do. */
  public Optional<Parting> parting() {
    List<DecodeStep> a = first.decodeSteps();
    List<DecodeStep> b = second.decodeSteps();
    CanvasReplay one = new CanvasReplay(0);
    CanvasReplay other = new CanvasReplay(0);
    for (int i = 0; i < Math.max(a.size(), b.size()); i++) {
      if (i < a.size()) {
        one.apply(a.get(i));
      }
      if (i < b.size()) {
        other.apply(b.get(i));
      }
      int position = mismatch(one.tokens(), other.tokens());
      if (position >= 0) {
        return Optional.of(
            new Parting(i, position, side(a, i, position, one), side(b, i, position, other)));
      }
    }
    return Optional.empty();
  }

  private static int mismatch(int[] a, int[] b) {
    for (int i = 0; i < Math.max(a.length, b.length); i++) {
      int left = i < a.length ? a[i] : CanvasReplay.MASK;
      int right = i < b.length ? b[i] : CanvasReplay.MASK;
      if (left != right) {
        return i;
      }
    }
    return -1;
  }

  private static Side side(List<DecodeStep> steps, int i, int position, CanvasReplay canvas) {
    int[] tokens = canvas.tokens();
    int token = position < tokens.length ? tokens[position] : CanvasReplay.MASK;
    if (i >= steps.size()) {
      return new Side(token, Double.NaN, Double.NaN);
    }
    DecodeStep step = steps.get(i);
    RowPredictions rows = step.predictions();
    int row = rows == null ? -1 : rows.positions().indexOf(position);
    if (rows != null && row >= 0) {
      double gap = StrictMath.log(rows.top().get(row)) - StrictMath.log(rows.second().get(row));
      return new Side(token, rows.confidence().get(row), gap);
    }
    int commit = step.positions().indexOf(position);
    return new Side(token, commit < 0 ? Double.NaN : step.confidence().get(commit), Double.NaN);
  }

  /**
   * Finds the first field that differs, whether or not it changed the canvas: of the steps, then of
   * the result.
   *
   * @return in one line; empty if the runs are equal
   */
  public Optional<String> firstDifference() {
    List<Map<String, Object>> a = first.steps();
    List<Map<String, Object>> b = second.steps();
    for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
      for (Map.Entry<String, Object> field : a.get(i).entrySet()) {
        Object other = b.get(i).get(field.getKey());
        boolean isShared = b.get(i).containsKey(field.getKey());
        if (isShared
            && !StepFields.NOT_DECIDING.contains(field.getKey())
            && !same(field.getValue(), other)) {
          return Optional.of(
              "step " + i + ": " + field.getKey() + " " + field.getValue() + " against " + other);
        }
      }
    }
    if (a.size() != b.size()) {
      return Optional.of(a.size() + " steps against " + b.size());
    }
    Object ids = first.fields().get("final_ids");
    Object others = second.fields().get("final_ids");
    return Objects.equals(ids, others)
        ? Optional.empty()
        : Optional.of("final_ids " + ids + " against " + others);
  }

  /** Returns the last step up to which the digests say that both runs are one; empty if none is. */
  public OptionalInt lastEqualDigest() {
    int last = -1;
    for (int i = 0; i < Math.min(first.steps().size(), second.steps().size()); i++) {
      Object digest = first.steps().get(i).get("digest");
      if (digest == null || !digest.equals(second.steps().get(i).get("digest"))) {
        break;
      }
      last = i;
    }
    return last < 0 ? OptionalInt.empty() : OptionalInt.of(last);
  }

  private boolean same(@Nullable Object a, @Nullable Object b) {
    if (a instanceof List<?> x && b instanceof List<?> y) {
      boolean same = x.size() == y.size();
      for (int i = 0; same && i < x.size(); i++) {
        same = same(x.get(i), y.get(i));
      }
      return same;
    }
    if (a instanceof Number x && b instanceof Number y) {
      boolean isWhole = !(x instanceof Double) && !(y instanceof Double);
      return isWhole
          ? x.longValue() == y.longValue()
          : Math.abs(x.doubleValue() - y.doubleValue()) <= tolerance;
    }
    return Objects.equals(a, b);
  }
}

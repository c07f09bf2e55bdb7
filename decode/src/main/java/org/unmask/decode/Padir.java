package org.unmask.decode;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.unmask.model.Predictions;
import org.unmask.model.Query;

/**
 * PaDIR, parallel decoding with iterative refinement (GMLM, arXiv 2407.21046): every pass fills all
 * masks, then rejects some tokens, which are masked and filled anew.
 *
 * <p>The rejecters of the released code: {@code linear} rejects the least sure share (S - i - 1) /
 * S of all tokens after pass i of S, which is mask-predict; {@code constant} the same share every
 * time; {@code stutter} tokens equal to their left neighbour. A masked diffusion model does not
 * know what else to say of a token it sees, so rejected ones are always replaced by the mask.
 * Decoding ends early when nothing is rejected.
 *
 * <p>The length is the canvas's. The paper trains a predictor of it on the prompt; with {@code
 * predict-length} the first pass stands for it: the leftmost end token among its predictions stays,
 * and the canvas ends there.
 */
final class Padir extends Decoding {

  private static final String PASSES = "passes";
  private static final String REJECTER = "rejecter";
  private static final String REJECT_SHARE = "reject-share";
  private static final String PREDICT_LENGTH = "predict-length";

  static final Algorithm ALGORITHM =
      Algorithm.named("padir", "fills everything, masks the least sure, fills again")
          .paper("GMLM", "2407.21046")
          .freeBlocks()
          .with(Parameter.integer(PASSES, 4, 1, 4096, "passes at most, S"))
          .with(
              Parameter.choice(
                  REJECTER,
                  "linear",
                  List.of("linear", "constant", "stutter"),
                  "which tokens are masked again"))
          .with(Parameter.number(REJECT_SHARE, 0.25, 0, 1, "share that rejecter constant masks"))
          .with(
              Parameter.flag(
                  PREDICT_LENGTH, false, "cut the canvas off where the first pass ends the text"))
          .startedBy(Padir::new);

  private final Query query = new Query();
  private final int passes;
  private final String rejecter;
  private final double share;
  private int[] rows = {};
  private int fixedEnd = -1;

  private Padir(DecodeContext context) {
    super(context);
    passes = context.options().integer(PASSES);
    rejecter = context.options().word(REJECTER);
    share = context.options().number(REJECT_SHARE);
    suppressMask(query);
  }

  @Override
  boolean plan(Calls calls) {
    rows = masked();
    if (rows.length == 0) {
      return false;
    }
    query.rows(canvas.tokens(), 0, canvas.length()).predict(rows, rows.length);
    double temperature = context.options().temperature();
    if (temperature > 0) {
      long[] keys = new long[rows.length];
      for (int i = 0; i < keys.length; i++) {
        keys[i] = context.noiseKey(accounting.steps(), rows[i], Noise.Purpose.TOKEN);
      }
      query.noise(temperature, keys);
    }
    call(DecodeStep.Kind.DENOISE, query, calls);
    return true;
  }

  private int[] masked() {
    List<Integer> masked = new ArrayList<>();
    for (int p = canvas.promptLength(); p < canvas.length(); p++) {
      if (canvas.isMasked(p)) {
        masked.add(p);
      }
    }
    return masked.stream().mapToInt(Integer::intValue).toArray();
  }

  @Override
  void absorb() {
    Predictions predictions = query.predictions();
    if (accounting.steps() == 1 && context.options().flag(PREDICT_LENGTH)) {
      cut(predictions);
    }
    for (int i = 0; i < rows.length && rows[i] < canvas.length(); i++) {
      commit(rows[i], predictions.token(i), predictions.confidence(i));
    }
    if (accounting.steps() < passes) {
      rejected().forEach(this::remask);
    }
    report(DecodeStep.Kind.DENOISE, 0, 0, canvas.length());
  }

  /** Ends the canvas at the leftmost end token predicted that no given token lies behind. */
  private void cut(Predictions predictions) {
    int given = context.request().given().keySet().stream().reduce(-1, Math::max);
    for (int i = 0; i < rows.length && fixedEnd < 0; i++) {
      if (context.isEnd(predictions.token(i)) && rows[i] > canvas.promptLength() + given) {
        fixedEnd = rows[i];
        truncate(fixedEnd + 1);
      }
    }
  }

  /** Returns the positions to mask again; given ones and a predicted end stay. */
  private List<Integer> rejected() {
    List<Integer> own = new ArrayList<>();
    for (int p = canvas.promptLength(); p < canvas.length(); p++) {
      if (canvas.committedAt(p) >= 0 && p != fixedEnd) {
        own.add(p);
      }
    }
    return switch (rejecter) {
      case "linear" -> leastSure(own, (double) (passes - accounting.steps()) / passes);
      case "constant" -> leastSure(own, share);
      default -> own.stream().filter(p -> p > 0 && canvas.token(p) == canvas.token(p - 1)).toList();
    };
  }

  private List<Integer> leastSure(List<Integer> own, double part) {
    own.sort(Comparator.comparingDouble(canvas::confidence));
    return own.subList(0, (int) (own.size() * part));
  }
}

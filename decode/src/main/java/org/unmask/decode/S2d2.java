package org.unmask.decode;

import java.util.List;
import java.util.stream.IntStream;
import org.unmask.model.AttentionMask;
import org.unmask.model.Predictions;

/**
 * S2D2 (arXiv 2603.25702): block diffusion that checks its drafts with the same network used as a
 * causal model. The first run of masks is accepted from left to right with probability {@code
 * min(1, q / p)}, and the first rejected position gets a token from the normalised {@code (q -
 * p)+}, so a check yields at least one token and the result follows q.
 *
 * <p>{@link S2d2Router} says when to check; without a check, or if it yields less than the step's
 * quota, the rule of block diffusion applies.
 */
final class S2d2 extends BlockDiffusion {

  private static final String REMASKING_STRATEGY = "remasking-strategy";
  private static final String SSD_RATIO_THRESHOLD = "ssd-ratio-threshold";
  private static final String CACHE_VER = "cache-ver";

  static final Algorithm ALGORITHM =
      S2d2Router.options(
              options(Algorithm.named("s2d2", "block diffusion checked by itself as causal model")))
          .paper("S2D2", "2603.25702")
          .withDefault(CommonOptions.BLOCK_LENGTH, 8)
          .with(
              Parameter.choice(
                  REMASKING_STRATEGY,
                  "low-confidence-dynamic",
                  List.of("low-confidence-dynamic", "low-confidence-static", "sequential"),
                  "rule where nothing is checked"))
          .with(
              Parameter.number(
                  SSD_RATIO_THRESHOLD, -1.0, -1, 1, "also take what has q / p of this; -1 never"))
          .with(Parameter.flag(CACHE_VER, false, "store finished blocks with causal attention"))
          .startedBy(S2d2::new);

  private final S2d2Router router;
  private final SelfCheck check;
  private int[] span = {};
  private boolean isChecking;
  private int masksBefore;
  private boolean[] taken = {};

  private S2d2(DecodeContext context) {
    super(
        context,
        BlockRule.of(context.options().word(REMASKING_STRATEGY)),
        2 * context.options().blockLength());
    if (context.denoiser().shift() != 0) {
      throw new IllegalArgumentException(
          "algorithm s2d2 checks a token from the row of its own place and needs a model without"
              + " shifted logits; use it with a LLaDA model");
    }
    router = new S2d2Router(context.options());
    check = new SelfCheck(context, canvas, feed().query().cache(), blockLength);
  }

  /** The draft's distribution is needed where a token is rejected. */
  @Override
  boolean wantsLogits() {
    return true;
  }

  @Override
  AttentionMask storeMask() {
    return context.options().flag(CACHE_VER) ? new AttentionMask.Causal() : super.storeMask();
  }

  @Override
  void denoise() {
    int length = 1;
    while (length < step.candidates()
        && step.position(step.candidate(length)) == step.position(step.candidate(0)) + length) {
      length++;
    }
    span = IntStream.range(0, length).map(step::candidate).toArray();
    isChecking = router.checks(step, length);
    masksBefore = step.masksLeft();
    taken = new boolean[step.rows()];
    if (isRecorded()) {
      detail("block_start", step.relative(step.blockStart()));
      detail(
          "draft",
          IntStream.range(0, step.rows())
              .mapToObj(r -> List.of(relative(r), step.token(r), step.confidence(r)))
              .toList());
    }
    if (!isChecking) {
      unmask(taken, quota());
      router.reward(masksBefore - step.masksLeft());
    }
  }

  @Override
  boolean plan(Calls calls) {
    if (!isChecking) {
      return super.plan(calls);
    }
    check.lay(step, span);
    suppressMask(check.query());
    call(DecodeStep.Kind.VERIFY, check.query(), calls);
    return true;
  }

  @Override
  void absorb() {
    if (!isChecking) {
      super.absorb();
      return;
    }
    isChecking = false;
    int call = accounting.steps() - 1;
    SelfCheck.Verdict verdict = check.judge(step, span, isPlain() ? null : proposer, call);
    int rejected = verdict.rejected();
    for (int i = 0; i < (rejected < 0 ? span.length : rejected); i++) {
      take(span[i], step.token(span[i]));
    }
    if (rejected >= 0) {
      Predictions draft = feed().query().predictions();
      double[] p = proposer.probabilities(draft, span[rejected], context.suppressed());
      take(span[rejected], check.resample(rejected, p, proposer, call));
    }
    takeByRatio(verdict.ratios());
    unmask(taken, quota(step.index() - 1));
    router.reward((masksBefore - step.masksLeft()) / 2.0); // two calls
    if (isRecorded()) {
      verdict.record(this, step, span);
    }
    report(DecodeStep.Kind.VERIFY, step.block(), step.blockStart(), 2 * blockLength);
  }

  private int relative(int row) {
    return step.relative(step.position(row));
  }

  private void take(int row, int token) {
    taken[row] = true;
    commit(step.position(row), token, step.confidence(row));
  }

  private void takeByRatio(double[] ratios) {
    double least = context.options().number(SSD_RATIO_THRESHOLD);
    for (int i = 0; i < span.length; i++) {
      if (least >= 0 && !taken[span[i]] && ratios[i] >= least) {
        take(span[i], step.token(span[i]));
      }
    }
  }

  /** The end token and what lies behind it are cut off, as is what was never reached. */
  @Override
  void finish() {
    int end = canvas.promptLength();
    while (end < canvas.length() && !canvas.isMasked(end) && !isStop(canvas.token(end))) {
      end++;
    }
    truncate(end);
  }
}

package org.unmask.decode;

import java.util.List;
import java.util.stream.IntStream;
import org.unmask.model.AttentionMask;

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
  private final double leastRatio;
  private final boolean storesCausally;
  private boolean isChecking;
  private int span;
  private int masksBefore;

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
    leastRatio = context.options().number(SSD_RATIO_THRESHOLD);
    storesCausally = context.options().flag(CACHE_VER);
    router = new S2d2Router(context.options());
    check = new SelfCheck(context, canvas, step, feed.query().cache(), blockLength);
  }

  /** The draft's distribution is needed where a token is rejected. */
  @Override
  boolean wantsLogits() {
    return true;
  }

  @Override
  AttentionMask storeMask() {
    return storesCausally ? new AttentionMask.Causal() : super.storeMask();
  }

  @Override
  void denoise() {
    span = 1; // the rows [0, span) are the first run of masks
    while (span < step.rows() && step.position(span) == step.position(0) + span) {
      span++;
    }
    isChecking = router.checks(step, span);
    masksBefore = step.masksLeft();
    if (isRecorded()) {
      detail(
          "draft",
          IntStream.range(0, step.rows())
              .mapToObj(
                  r -> List.of(step.relative(step.position(r)), step.token(r), step.confidence(r)))
              .toList());
    }
    if (!isChecking) {
      unmaskByRule(step.index());
      router.reward(masksBefore - step.masksLeft());
    }
  }

  @Override
  boolean plan(Calls calls) {
    if (!isChecking) {
      return super.plan(calls);
    }
    check.lay(span);
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
    int accepted = check.judge(proposer.isPlain() ? null : proposer, call);
    for (int row = 0; row < accepted; row++) {
      take(row, step.token(row));
    }
    if (accepted < span) {
      double[] p =
          proposer.probabilities(feed.query().predictions(), accepted, context.suppressed());
      take(accepted, check.resample(p, proposer, call));
    }
    for (int row = accepted + 1; leastRatio >= 0 && row < span; row++) {
      if (check.ratio(row) >= leastRatio) {
        take(row, step.token(row));
      }
    }
    unmaskByRule(step.index() - 1);
    router.reward((masksBefore - step.masksLeft()) / 2.0); // two calls
    check.record(this);
    report(DecodeStep.Kind.VERIFY, step.block(), step.blockStart(), 2 * blockLength);
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

package org.unmask.decode;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The ceiling of parallel decoding, extremely greedy parallel decoding of Learn2PD (arXiv
 * 2509.25188): the answer is first decoded one token per step; then it is decoded again, and every
 * step unmasks all positions whose prediction equals that answer. Where none does, the surest
 * position gets the answer's token.
 *
 * <p>The first run's calls count as auxiliary ones.
 */
final class Oracle extends Decoding {

  static final Algorithm ALGORITHM =
      Algorithm.named("oracle", "everything that agrees with the one-by-one answer: the ceiling")
          .paper("Learn2PD", "2509.25188")
          .noOtherCache("the ceiling is that of exact predictions")
          .withDefault(CommonOptions.BLOCK_LENGTH, 32)
          .check(CommonOptions::checkGreedy)
          .startedBy(Oracle::new);

  private final BlockDecoding first;
  private @Nullable BlockDecoding second;

  private Oracle(DecodeContext context) {
    super(context);
    DecodeOptions options = context.options();
    DecodeOptions plain =
        DecodeOptions.of(
            "llada-low-confidence",
            Map.of(
                CommonOptions.GEN_LENGTH,
                options.genLength(),
                CommonOptions.BLOCK_LENGTH,
                options.blockLength(),
                CommonOptions.SUPPRESS_MASK,
                options.flag(CommonOptions.SUPPRESS_MASK)));
    DecodeRequest given = context.request();
    DecodeRequest request =
        new DecodeRequest(given.prompt(), plain, given.sequence(), given.given(), given.draws());
    first =
        new BlockDecoding(
            new DecodeContext(context.denoiser(), context.resources(), request, Watch.NOTHING),
            Strategy.of(plain, new TopK(Schedule.EVEN)));
  }

  @Override
  boolean plan(Calls calls) {
    if (second == null) {
      if (first.plan(calls)) {
        return true;
      }
      Agreement rule = new Agreement(first.canvas);
      second = new BlockDecoding(context, Strategy.of(context.options(), rule).withRemasker(rule));
    }
    return second.plan(calls);
  }

  @Override
  void absorb() {
    (second == null ? first : second).absorb();
  }

  @Override
  DecodeResult result() {
    if (second == null) {
      throw new IllegalStateException("the sequence is not finished");
    }
    return second.result().withAuxiliary(first.result());
  }

  /** Takes what agrees with a finished canvas. */
  private record Agreement(Canvas answer) implements UnmaskPolicy, Remasker {

    @Override
    public void select(Step step, Picks picks) {
      for (int i = 0; i < step.candidates(); i++) {
        int row = step.candidate(i);
        if (step.token(row) == answer.token(step.position(row))) {
          picks.add(row);
        }
      }
    }

    @Override
    public void revise(Step step, Edits edits) {
      if (step.candidates() > 0 && step.masksLeft() == step.candidates()) {
        int row = step.ranked(0);
        edits.commit(step.position(row), answer.token(step.position(row)), step.confidence(row));
      }
    }
  }
}

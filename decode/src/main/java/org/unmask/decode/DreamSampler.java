package org.unmask.decode;

import java.util.List;

/**
 * Dream's samplers (arXiv 2508.15487, released generation code): a schedule linear in the noise
 * level over the whole answer, with scores of probability, margin or negative entropy.
 *
 * <p>With a block length, the schedule restarts in every block, as in ParallelBench. With a cache
 * the call at a block's entry unmasks the block's first position only (Fast-dLLM's Dream decoder).
 */
final class DreamSampler {

  static final String CACHE_REASON = "it does not feed the rows before masks, which predict them";
  private static final String ALG_TEMP = "alg-temp";

  private DreamSampler() {}

  static List<Algorithm> algorithms() {
    return List.of(
        dream("dream-origin", "random positions as the noise level falls")
            .caches("window", "similarity")
            .noOtherCache("a block's first call would unmask its first position without a draw")
            .madeOf(context -> strategy(context, new Origin(schedule(context)))),
        ranked("dream-maskgit-plus", "most probable tokens first", Score.CONFIDENCE),
        ranked("dream-topk-margin", "largest margin between the best two first", Score.MARGIN),
        ranked("dream-entropy", "lowest entropy first", Score.ENTROPY),
        DreamThreshold.ALGORITHM);
  }

  static Algorithm.Builder dream(String id, String title) {
    return Algorithm.named(id, title)
        .paper("Dream", "2508.15487")
        .with(Categorical.topP())
        .with(Categorical.topK())
        .scheduled();
  }

  private static Algorithm ranked(String id, String title, Score score) {
    return dream(id, title)
        .caches("prefix", "dual", "window", "similarity")
        .noOtherCache(CACHE_REASON)
        .with(
            Parameter.number(
                ALG_TEMP, 0.0, 0, Double.MAX_VALUE, "temperature of drawing positions; 0 ranks"))
        .check(DreamSampler::checkCachedSteps)
        .madeOf(
            context -> {
              double temperature = context.options().number(ALG_TEMP);
              UnmaskPolicy policy =
                  temperature > 0
                      ? new DrawnK(schedule(context), temperature)
                      : new TopK(schedule(context));
              return strategy(context, policy).withScorer(score);
            });
  }

  static Strategy strategy(DecodeContext context, UnmaskPolicy policy) {
    return Strategy.of(context.options(), policy)
        .withProposer(Categorical.dream(context.options()));
  }

  private static Schedule.DreamLinear schedule(DecodeContext context) {
    return new Schedule.DreamLinear(context.options().number(CommonOptions.EPS));
  }

  private static void checkCachedSteps(DecodeOptions options) {
    int blocks = options.genLength() / options.blockLength();
    if (!options.cache().equals("none")
        && options.steps() < 2 * blocks
        && options.blockLength() > 1) {
      throw new IllegalArgumentException(
          "steps "
              + options.steps()
              + " leave fewer than 2 for each of "
              + blocks
              + " blocks, and with a cache the first unmasks one token only; use "
              + 2 * blocks
              + " or more");
    }
  }

  /** Unmasks each position by chance, with probability {@code 1 - t(i+1) / t(i)}. */
  record Origin(Schedule.DreamLinear schedule) implements UnmaskPolicy {

    @Override
    public void select(Step step, Picks picks) {
      boolean isLast = step.index() >= step.stepsPerBlock() - 1;
      float share = isLast ? 1 : schedule.unmaskShare(step.index(), step.stepsPerBlock());
      for (int i = 0; i < step.candidates(); i++) {
        int row = step.candidate(i);
        int position = step.position(row);
        double drawn = step.context().uniform(step.call(), position, Noise.Purpose.POSITION);
        if (drawn < share) {
          picks.add(row);
        }
      }
    }
  }

  /** Draws a quota of positions from softmax(score / temperature), without replacement. */
  record DrawnK(Schedule schedule, double temperature) implements UnmaskPolicy {

    @Override
    public void select(Step step, Picks picks) {
      int count = step.candidates();
      double[] scores = step.scratch();
      for (int i = 0; i < count; i++) {
        int row = step.candidate(i);
        long key = step.context().noiseKey(step.call(), step.position(row), Noise.Purpose.POSITION);
        scores[row] = step.score(row) / temperature + Noise.gumbel(key, 0);
      }
      int[] order = step.ordered(scores);
      int quota = schedule.quota(step.index(), step.stepsPerBlock(), step.masksAtEntry(), count);
      for (int i = 0; i < quota; i++) {
        picks.add(order[i]);
      }
    }
  }
}

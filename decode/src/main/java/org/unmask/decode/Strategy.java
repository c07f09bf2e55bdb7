package org.unmask.decode;

import java.util.function.Predicate;

/**
 * A decoding strategy as one choice per component.
 *
 * @param blocks where blocks end
 * @param proposer which token a position would get
 * @param scorer how sure that is
 * @param policy which positions to unmask
 * @param remasker which tokens to undo or overwrite
 * @param cache which rows are computed when
 * @param stop when to end early
 * @param holdsBlock tells, after a step, whether to stay in a block although it has no mask
 */
record Strategy(
    BlockPlan blocks,
    TokenProposer proposer,
    ConfidenceScorer scorer,
    UnmaskPolicy policy,
    Remasker remasker,
    CachePolicy cache,
    StopRule stop,
    Predicate<Step> holdsBlock) {

  /** Makes the strategy of one sequence. */
  interface Factory {
    Strategy make(DecodeContext context);
  }

  /** LLaDA's frame: fixed blocks, Gumbel proposals, top-1 probability, the cache asked for. */
  static Strategy of(DecodeOptions options, UnmaskPolicy policy) {
    return of(options, policy, CachePolicy.of(options));
  }

  /** LLaDA's frame with a cache policy of the algorithm's own. */
  static Strategy of(DecodeOptions options, UnmaskPolicy policy, CachePolicy cache) {
    return new Strategy(
        new BlockPlan.Fixed(options.blockLength()),
        new TokenProposer.Gumbel(options.temperature()),
        Score.CONFIDENCE,
        policy,
        Remasker.NONE,
        cache,
        StopRule.FULL,
        step -> false);
  }

  Strategy withBlocks(BlockPlan other) {
    return new Strategy(other, proposer, scorer, policy, remasker, cache, stop, holdsBlock);
  }

  Strategy withProposer(TokenProposer other) {
    return new Strategy(blocks, other, scorer, policy, remasker, cache, stop, holdsBlock);
  }

  Strategy withScorer(ConfidenceScorer other) {
    return new Strategy(blocks, proposer, other, policy, remasker, cache, stop, holdsBlock);
  }

  Strategy withRemasker(Remasker other) {
    return new Strategy(blocks, proposer, scorer, policy, other, cache, stop, holdsBlock);
  }

  Strategy withCache(CachePolicy other) {
    return new Strategy(blocks, proposer, scorer, policy, remasker, other, stop, holdsBlock);
  }

  Strategy withStop(StopRule other) {
    return new Strategy(blocks, proposer, scorer, policy, remasker, cache, other, holdsBlock);
  }

  Strategy holdingBlock(Predicate<Step> other) {
    return new Strategy(blocks, proposer, scorer, policy, remasker, cache, stop, other);
  }
}

package org.unmask.decode;

import org.jspecify.annotations.Nullable;
import org.unmask.model.Predictions;
import org.unmask.model.Query;

/**
 * Decodes block after block with the components of a {@link Strategy}: plan, forward, propose and
 * score, select, commit, revise, stop.
 */
final class BlockDecoding extends Decoding {

  private final Strategy strategy;
  private final Step step;
  private final Feed feed;
  private final Picks picks = new Picks();
  private DecodeStep.Kind kind = DecodeStep.Kind.DENOISE;
  private int[] rows = {};
  private long[] noiseKeys = {};
  private final @Nullable Guidance guidance;
  private boolean isFinished;

  BlockDecoding(DecodeContext context, Strategy strategy) {
    super(context);
    this.strategy = strategy;
    strategy.cache().check(context.denoiser().shift());
    this.step = new Step(canvas, context, this);
    this.feed =
        new Feed(
            strategy.cache().needsCache() ? context.denoiser().newCache(canvas.length()) : null);
    double scale =
        context.options().has(Guidance.CFG_SCALE)
            ? context.options().number(Guidance.CFG_SCALE)
            : 0;
    guidance = scale > 0 ? new Guidance(scale) : null;
    enterFrom(0, canvas.promptLength());
  }

  private void enterBlock(int block, int start) {
    step.block = block;
    step.index = 0;
    step.blockStart = start;
    step.blockEnd = strategy.blocks().end(canvas, start);
    step.masksAtEntry = step.masksLeft();
    step.lengthAtEntry = canvas.length();
    DecodeOptions options = context.options();
    int blocks = Math.max(1, options.genLength() / options.blockLength());
    step.stepsPerBlock = Math.max(1, options.steps() / blocks);
  }

  @Override
  boolean plan(Calls calls) {
    if (isFinished) {
      return false;
    }
    step.call = accounting.steps();
    strategy.remasker().prepare(step, this);
    kind = strategy.cache().feed(step, feed);
    chooseRows();
    Query query = feed.query();
    query.predict(rows, step.rows());
    query.wantLogits(
        guidance != null || strategy.proposer().wantsLogits() || strategy.policy().wantsLogits());
    query.softTokens(strategy.policy().softTokens(step));
    query.wantAttention(strategy.policy().attentionLayersWanted());
    suppressMask(query);
    addNoise(query);
    call(kind, query, calls);
    if (guidance != null) {
      secondCall(guidance.query(step, rows), calls);
    }
    return true;
  }

  private void chooseRows() {
    step.clear();
    int end = canvas.length();
    if (rows.length < end) {
      rows = new int[end];
      noiseKeys = new long[end];
    }
    for (int position = 0; position < end; position++) {
      if (feed.rowOf(position) >= 0 && strategy.policy().predicts(step, position)) {
        rows[step.rows()] = feed.rowOf(position);
        step.addRow(position);
      }
    }
  }

  private void addNoise(Query query) {
    double temperature = strategy.proposer().gumbelTemperature();
    for (int row = 0; temperature > 0 && row < step.rows(); row++) {
      noiseKeys[row] = context.noiseKey(step.call(), step.position(row), Noise.Purpose.TOKEN);
    }
    query.noise(temperature, noiseKeys);
  }

  @Override
  void absorb() {
    Predictions raw = feed.query().predictions();
    step.rawPredictions = raw;
    if (guidance != null) {
      raw = guidance.combine(step, raw, strategy.proposer().gumbelTemperature());
    }
    step.propose(strategy.proposer().propose(step, raw), strategy.scorer());
    if (step.index() == 0) {
      step.settle(strategy.blocks().settle(step));
    }
    strategy.blocks().describe(step);
    picks.clear();
    if (step.candidates() > 0) {
      select();
    }
    if (guidance != null && isRecorded()) {
      guidance.describe(step, picks);
    }
    for (int i = 0; i < picks.count(); i++) {
      int row = picks.row(i);
      commit(step.position(row), step.token(row), strategy.scorer().shown(step, row));
    }
    strategy.remasker().revise(step, this);
    if (isRecorded()) {
      strategy.cache().describe(step);
    }
    int block = step.block();
    advance();
    report(kind, block, feed.offset(), feed.count());
  }

  /**
   * Selects by the policy, except in a Dream model's call that fills a cache: there exactly the
   * block's first position is unmasked, because its prediction stands in the row before the block,
   * which later calls do not compute.
   */
  private void select() {
    boolean isFirstOnly = kind == DecodeStep.Kind.PREFILL && context.denoiser().shift() == 1;
    if (isFirstOnly && step.position(step.candidate(0)) == step.blockStart()) {
      picks.add(step.candidate(0));
    } else {
      strategy.policy().select(step, picks);
    }
  }

  private void advance() {
    boolean stops = strategy.stop().stops(step, this);
    step.index++;
    step.blockEnd = Math.min(step.blockEnd(), canvas.length());
    if (stops) {
      isFinished = true;
    } else if (step.masksLeft() == 0 && !strategy.holdsBlock().test(step)) {
      enterFrom(step.block() + 1, step.blockEnd());
    }
  }

  /** Enters the first block from a position on that has a mask, if there is one. */
  private void enterFrom(int block, int start) {
    while (start < canvas.length()) {
      enterBlock(block, start);
      if (step.masksAtEntry() > 0) {
        return;
      }
      start = step.blockEnd();
      block++;
    }
    isFinished = true;
  }
}

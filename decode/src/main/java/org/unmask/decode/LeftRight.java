package org.unmask.decode;

import java.util.ArrayList;
import java.util.List;

/**
 * APD's baseline (arXiv 2506.00413): left to right, a fixed number of tokens at a time, with its
 * window, lookahead and end.
 */
final class LeftRight extends WindowDecoding {

  private static final String TOKENS_PER_STEP = "tokens-per-step";

  static final Algorithm ALGORITHM =
      options(Algorithm.named("leftright", "leftmost masks first, windowed, up to the end"))
          .paper("APD", "2506.00413")
          .noOtherCache("the method has its own; give kv-window")
          .with(Parameter.integer(TOKENS_PER_STEP, 1, 1, Integer.MAX_VALUE, "tokens per step"))
          .startedBy(LeftRight::new);

  private LeftRight(DecodeContext context) {
    super(context);
  }

  @Override
  double noiseScale() {
    return temperature();
  }

  @Override
  boolean needsVerifier() {
    return false;
  }

  @Override
  boolean verify(Calls calls) {
    return false;
  }

  @Override
  int accept() {
    List<Integer> drafted = new ArrayList<>();
    int count = Math.min(context.options().integer(TOKENS_PER_STEP), end() - start());
    for (int i = 0; i < count; i++) {
      drafted.add(drafts()[i]);
    }
    if (isRecorded()) {
      describe(count);
    }
    detail("draft", drafted);
    return count;
  }

  private void describe(int count) {
    int vocabSize = draftPredictions().vocabSize();
    List<Double> logProbabilities = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      logProbabilities.add(
          Softmax.logProbability(
              draftPredictions().logits(), i * vocabSize, vocabSize, drafts()[i], 1));
    }
    detail("dllm_logprob", logProbabilities);
  }
}

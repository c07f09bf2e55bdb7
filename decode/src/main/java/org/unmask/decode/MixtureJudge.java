package org.unmask.decode;

import java.util.ArrayList;
import java.util.List;
import org.unmask.model.Predictions;

/**
 * APD's judgement of a draft (arXiv 2506.00413): compares each drafted token with the arg-max, or
 * the draw with the draft's own noise, of {@code R l_D + (1 - R) l_AR}, and takes down what it saw.
 */
final class MixtureJudge {

  private final DecodeContext context;
  private final double weight;
  private final boolean isNoisy;
  private final double scale;
  private final int vocabulary;
  private final List<Object> targets = new ArrayList<>();
  private final List<Object> margins = new ArrayList<>();
  private final List<Double> diffusionLogProbs = new ArrayList<>();
  private final List<Double> causalLogProbs = new ArrayList<>();
  private int[] drafts = {};
  private Predictions diffusion = new Predictions();
  private Predictions causal = diffusion;
  private int start;
  private int step;

  /**
   * Makes the judge of one sequence.
   *
   * @param weight R of the mixture
   * @param isShared whether targets are drawn with the draft's noise, at its temperature
   */
  MixtureJudge(DecodeContext context, double weight, boolean isShared) {
    this.context = context;
    this.weight = weight;
    double temperature = context.options().temperature();
    isNoisy = isShared && temperature > 0;
    scale = isNoisy ? temperature : 1;
    vocabulary =
        Math.min(context.denoiser().vocabSize(), context.resources().auxiliary().vocabSize());
  }

  /**
   * Starts a round.
   *
   * @param drafts tokens drafted
   * @param diffusion predictions they were drafted from
   * @param causal what the causal model says of the draft
   * @param start position of the first draft
   * @param step number of the draft's call, for the noise
   */
  void begin(int[] drafts, Predictions diffusion, Predictions causal, int start, int step) {
    this.drafts = drafts;
    this.diffusion = diffusion;
    this.causal = causal;
    this.start = start;
    this.step = step;
    targets.clear();
    margins.clear();
    diffusionLogProbs.clear();
    causalLogProbs.clear();
    targets.add("none"); // the first token has no target
    margins.add("none");
  }

  /**
   * Tells whether a draft is the target.
   *
   * @param i which draft
   * @param causalFrom where the causal model's row about it begins
   */
  boolean agrees(int i, int causalFrom) {
    int diffusionFrom = i * diffusion.vocabSize();
    int best = -1;
    double bestScore = Double.NEGATIVE_INFINITY;
    double second = Double.NEGATIVE_INFINITY;
    for (int v = 0; v < vocabulary; v++) {
      if (v != context.suppressed()) {
        double mixed =
            weight * diffusion.logits()[diffusionFrom + v]
                + (1 - weight) * causal.logits()[causalFrom + v];
        double score = mixed / scale + (isNoisy ? context.gumbel(step, start + i, v) : 0);
        if (score > bestScore) {
          second = bestScore;
          best = v;
          bestScore = score;
        } else {
          second = Math.max(second, score);
        }
      }
    }
    targets.add(best);
    margins.add(bestScore - second);
    describe(i, causal.logits(), causalFrom);
    return best == drafts[i];
  }

  /** Takes down how likely both networks find a draft. */
  void describe(int i, float[] causalLogits, int from) {
    if (context.watch().listener() != null) {
      int vocab = diffusion.vocabSize();
      diffusionLogProbs.add(
          Softmax.logProbability(diffusion.logits(), i * vocab, vocab, drafts[i], scale));
      causalLogProbs.add(
          Softmax.logProbability(causalLogits, from, causal.vocabSize(), drafts[i], scale));
    }
  }

  /** Records the round: drafts up to the first that was not accepted. */
  void record(Recording recording) {
    if (recording.isRecorded()) {
      List<Integer> drafted = new ArrayList<>();
      for (int i = 0; i < targets.size(); i++) {
        drafted.add(drafts[i]);
      }
      recording.detail("draft", drafted);
      recording.detail("target", List.copyOf(targets));
      recording.detail("dllm_logprob", List.copyOf(diffusionLogProbs));
      recording.detail("ar_logprob", List.copyOf(causalLogProbs));
      recording.detail("mixture_margin", List.copyOf(margins));
    }
  }
}

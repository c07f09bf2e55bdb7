package org.unmask.decode.speculative;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.unmask.model.Denoiser;
import org.unmask.model.Predictions;
import org.unmask.model.Query;

/**
 * SWIFT (arXiv 2410.06916): the network drafts for itself with some sublayers left out, over the
 * verifier's own keys and values, until it is less sure than a threshold. Beside each token of the
 * chain stand a few more, the fewer the surer the network was.
 *
 * <p>Which sublayers are left out is {@linkplain LayerSetOptimizer searched for} while decoding:
 * once the response has a window of tokens, each round judges one more set by one pass over the
 * window.
 */
public final class LayerSkipDrafter implements Drafter {

  private static final int LONGEST = 25;
  private static final double SURE = 0.8;

  /** Siblings, the chain's token included, by confidence: above 0.95, 0.8, 0.5, else. */
  private static final int[] GREEDY_WIDTHS = {3, 5, 8, 10};

  private static final int[] SAMPLED_WIDTHS = {1, 3, 5, 10};

  private final LayerSetOptimizer set;
  private final Warp warp;
  private final boolean drawsSiblings;
  private final Query draft;
  private final List<Integer> tokens = new ArrayList<>();
  private final List<Integer> parents = new ArrayList<>();
  private final List<Integer> positions = new ArrayList<>();
  private final List<double[]> laws = new ArrayList<>();
  private final int[] row = {0};
  private final int most;
  private int[] ids = {};
  private int last;
  private int depth;
  private boolean isJudging;
  private boolean isJudged;
  private boolean isDone;

  /**
   * Makes the drafter of one sequence.
   *
   * @param network the verifier's, with layers that can be skipped
   * @param verifier whose cache is shared; with scratch for the window
   * @param ratio share of sublayers skipped; 0.45 in the paper
   * @param enough share of predicted tokens at which the search for layers ends
   * @param window tokens of the response that sets are judged by
   * @param most most nodes of a draft
   * @param warp the verifier's
   * @param suppressed token that is never proposed, or -1
   * @param drawsSiblings whether siblings are drawn without replacement, for the residual rule
   * @param random draws layer sets
   */
  public LayerSkipDrafter(
      Denoiser network,
      CausalVerifier verifier,
      double ratio,
      double enough,
      int window,
      int most,
      Warp warp,
      int suppressed,
      boolean drawsSiblings,
      RandomGenerator random) {
    if (network.layers() < 4) {
      throw new IllegalArgumentException(
          "swift leaves out layers and needs at least 4 that can be skipped, this network has "
              + network.layers());
    }
    this.warp = warp;
    this.drawsSiblings = drawsSiblings;
    this.most = most;
    set =
        new LayerSetOptimizer(
            network.layers(), ratio, enough, window, verifier, suppressed, random);
    draft = new Query(verifier.cache()).unshifted(true).wantLogits(true);
    if (suppressed >= 0) {
      draft.suppress(suppressed);
    }
  }

  @Override
  public Proposal proposal() {
    return drawsSiblings ? Proposal.SIBLINGS : Proposal.DETERMINISTIC;
  }

  @Override
  public boolean plan(Text text, int room, ForwardCalls calls) {
    if (text.length() == text.prompt()) {
      return false; // the prompt's keys and values are not there yet
    }
    if (!isJudged && set.wantsPass(text)) {
      isJudging = true;
      calls.reduced(set.pass(text));
      return true;
    }
    if (depth == 0) {
      ids = Arrays.copyOf(text.tokens(), text.limit());
      last = -1;
      isDone = false;
    }
    if (isDone || depth >= Math.min(room, LONGEST) || tokens.size() >= most) {
      return false;
    }
    int at = text.length() - 1 + depth;
    draft.rows(ids, at, at + 1).predict(row, 1).skip(set.best());
    calls.reduced(draft);
    return true;
  }

  @Override
  public void absorb(Text text, Chance chance) {
    if (isJudging) {
      isJudging = false;
      isJudged = true;
      set.judge(text);
      return;
    }
    Predictions predictions = draft.predictions();
    double confidence = predictions.top(0);
    int position = text.length() + depth;
    int bucket = confidence > 0.95 ? 0 : confidence > 0.8 ? 1 : confidence > 0.5 ? 2 : 3;
    int width = (warp.isGreedy() ? GREEDY_WIDTHS : SAMPLED_WIDTHS)[bucket];
    double[] law = warp.isGreedy() ? Tops.softmax(row(predictions)) : warp.law(predictions, 0);
    double[] left = law.clone();
    int parent = last;
    for (int w = 0; w < width && tokens.size() < most; w++) {
      int token = drawsSiblings ? chance.draw(left, position) : Tops.best(left);
      if (!(left[token] > 0)) {
        break;
      }
      left[token] = 0;
      if (w == 0) {
        last = tokens.size();
        ids[position] = token;
      }
      tokens.add(token);
      parents.add(parent);
      positions.add(position);
      laws.add(law);
      if (drawsSiblings && Arrays.stream(left).noneMatch(v -> v > 0)) {
        break;
      }
    }
    depth++;
    isDone = confidence < SURE;
  }

  private static float[] row(Predictions predictions) {
    return Arrays.copyOf(predictions.logits(), predictions.vocabSize());
  }

  @Override
  public Draft propose(Text text, int room, Chance chance) {
    Draft made =
        new Draft(
            tokens.stream().mapToInt(Integer::intValue).toArray(),
            parents.stream().mapToInt(Integer::intValue).toArray(),
            positions.stream().mapToInt(Integer::intValue).toArray(),
            drawsSiblings ? laws.toArray(double[][]::new) : null,
            proposal());
    tokens.clear();
    parents.clear();
    positions.clear();
    laws.clear();
    depth = 0;
    isJudged = false;
    return made;
  }
}

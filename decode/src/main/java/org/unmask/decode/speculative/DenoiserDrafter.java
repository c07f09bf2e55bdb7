package org.unmask.decode.speculative;

import java.util.Arrays;
import org.unmask.model.Denoiser;
import org.unmask.model.Predictions;
import org.unmask.model.Query;

/**
 * SpecDiff (arXiv 2408.05636): a masked diffusion model of the verifier's vocabulary fills a window
 * behind the text in a few denoising steps, the surest positions first.
 *
 * <p>The network sees the rest of the response as masks, as it was trained, and only the window is
 * filled. With one step each token is drawn from a law of its own; with more, a token may depend on
 * later ones, and the draft says so.
 */
public final class DenoiserDrafter implements Drafter {

  private final Query query = new Query();
  private final Warp warp;
  private final int maskId;
  private final int vocabSize;
  private final int length;
  private final int steps;
  private int[] canvas = {};
  private int[] rows = {};
  private int[] drafted = {};
  private double[][] laws = {};
  private int step = -1;
  private int masks;

  /**
   * Makes the drafter of one sequence.
   *
   * @param network a denoiser of the verifier's vocabulary
   * @param length tokens of a draft
   * @param steps denoising steps of a draft, at most {@code length}
   * @param warp the verifier's
   */
  public DenoiserDrafter(Denoiser network, int length, int steps, Warp warp) {
    this.warp = warp;
    this.length = length;
    this.steps = steps;
    maskId = network.maskId();
    vocabSize = network.vocabSize();
    query.wantLogits(!warp.isGreedy()).suppress(maskId);
  }

  @Override
  public Proposal proposal() {
    return steps == 1 ? Proposal.INDEPENDENT : Proposal.NONCAUSAL;
  }

  @Override
  public boolean plan(Text text, int most, ForwardCalls calls) {
    if (step < 0) {
      canvas = Arrays.copyOf(text.tokens(), text.limit());
      Arrays.fill(canvas, text.length(), text.limit(), maskId);
      masks = Math.min(length, most);
      drafted = new int[masks];
      Arrays.fill(drafted, -1);
      laws = new double[masks][];
      step = 0;
    }
    if (masks == 0) {
      step = -1;
      return false;
    }
    rows = new int[masks];
    for (int i = 0, at = 0; at < masks; i++) {
      if (drafted[i] < 0) {
        rows[at++] = text.length() + i;
      }
    }
    query.rows(canvas, 0, text.limit()).predict(rows, masks);
    calls.auxiliary(query);
    return true;
  }

  @Override
  public void absorb(Text text, Chance chance) {
    Predictions predictions = query.predictions();
    int quota = Math.ceilDiv(masks, Math.max(1, steps - step));
    for (int taken = 0; taken < quota; taken++) {
      int surest = -1;
      for (int r = 0; r < rows.length; r++) {
        if (rows[r] >= 0
            && (surest < 0 || predictions.confidence(r) > predictions.confidence(surest))) {
          surest = r;
        }
      }
      int i = rows[surest] - text.length();
      laws[i] =
          warp.isGreedy()
              ? Warp.certain(predictions.token(surest), vocabSize)
              : warp.law(predictions, surest);
      drafted[i] = chance.draw(laws[i], rows[surest]);
      canvas[rows[surest]] = drafted[i];
      rows[surest] = -1;
      masks--;
    }
    step++;
  }

  @Override
  public Draft propose(Text text, int most, Chance chance) {
    return Draft.chain(drafted, text.length(), laws, proposal());
  }

  @Override
  public String toString() {
    return "DenoiserDrafter[length=" + length + ", steps=" + steps + "]";
  }
}

package org.unmask.decode.speculative;

import java.util.Arrays;
import org.unmask.model.Denoiser;
import org.unmask.model.Predictions;
import org.unmask.model.Query;

/**
 * Speculative decoding (arXiv 2211.17192, 2302.01318): a small causal network of the same
 * vocabulary drafts token by token, with a cache of its own.
 *
 * <p>The adaptive length grows by two after a draft that was accepted as a whole and shrinks by one
 * after any other, as in Hugging Face's assisted generation.
 */
public final class ArDrafter implements Drafter {

  private static final int LONGEST = 32;

  private final Query query;
  private final Warp warp;
  private final int vocabSize;
  private final boolean isAdaptive;
  private final int[] row = new int[1];
  private final int[] drafted = new int[LONGEST];
  private final double[][] laws = new double[LONGEST][];
  private int[] ids = {};
  private int length;
  private int cached;
  private int fed;
  private int count;
  private int wanted = -1;
  private int start;

  /**
   * Makes the drafter of one sequence.
   *
   * @param network causal, of the verifier's vocabulary
   * @param limit most tokens of the sequence
   * @param length tokens of a draft, in [1, 32]; where it starts if it is adaptive
   * @param isAdaptive whether the length follows what is accepted
   * @param warp the verifier's, so that both laws are made alike
   * @param suppressed token that is never proposed, or -1
   */
  public ArDrafter(
      Denoiser network, int limit, int length, boolean isAdaptive, Warp warp, int suppressed) {
    query = new Query(network.newCache(limit)).unshifted(true).wantLogits(!warp.isGreedy());
    if (suppressed >= 0) {
      query.suppress(suppressed);
    }
    this.warp = warp;
    this.length = length;
    this.isAdaptive = isAdaptive;
    vocabSize = network.vocabSize();
  }

  @Override
  public Proposal proposal() {
    return Proposal.SEQUENTIAL;
  }

  @Override
  public boolean plan(Text text, int most, ForwardCalls calls) {
    if (wanted < 0) {
      wanted = Math.min(length, most);
      count = 0;
      start = text.length();
      ids = Arrays.copyOf(text.tokens(), text.length() + wanted);
    }
    if (count == wanted) {
      wanted = -1;
      return false;
    }
    int to = text.length() + count;
    row[0] = to - cached - 1;
    query.rows(ids, cached, to).predict(row, 1);
    fed = to;
    calls.auxiliary(query);
    return true;
  }

  @Override
  public void absorb(Text text, Chance chance) {
    Predictions predictions = query.predictions();
    cached = fed;
    int position = text.length() + count;
    if (warp.isGreedy()) {
      drafted[count] = predictions.token(0);
      laws[count] = Warp.certain(drafted[count], vocabSize);
    } else {
      laws[count] = warp.law(predictions, 0);
      drafted[count] = chance.draw(laws[count], position);
    }
    ids[position] = drafted[count++];
  }

  @Override
  public Draft propose(Text text, int most, Chance chance) {
    return Draft.chain(
        Arrays.copyOf(drafted, count), text.length(), Arrays.copyOf(laws, count), proposal());
  }

  @Override
  public void observe(Text text, Draft draft, Commit commit) {
    cached = Math.min(cached, start + commit.path().length);
    if (isAdaptive && draft.size() > 0) {
      boolean isWhole = commit.path().length == draft.size();
      length = Math.clamp(isWhole ? length + 2L : length - 1L, 1, LONGEST);
    }
  }
}

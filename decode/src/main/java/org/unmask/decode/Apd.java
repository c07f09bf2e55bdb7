package org.unmask.decode;

import java.util.List;
import org.unmask.model.Predictions;
import org.unmask.model.Query;

/**
 * APD, adaptive parallel decoding (arXiv 2506.00413): the network drafts all masks, a small causal
 * model reads the draft in one call, and the longest prefix is accepted on which the draft agrees
 * with a draw from the product {@code p_D^R * p_AR^(1-R)}; the first token always is.
 *
 * <p>Coupling {@code shared-gumbel} (the paper): draft and target are drawn with the same Gumbel
 * noise from logits divided by the temperature. Coupling {@code argmax} (released code): the target
 * is the arg-max of the mixture of plain logits, the draft that of the filtered {@code l / T} plus
 * {@code T} times noise. At temperature 0 they are the same. Unlike the released code, the causal
 * model's row behind a fully accepted draft is the right one.
 *
 * <p>Decoding ends at an end token; what lies behind the last accepted token stays masked.
 */
final class Apd extends WindowDecoding {

  private static final String MIXTURE_WEIGHT = "apd-mixture-weight";
  private static final String COUPLING = "coupling";
  private static final String AR_MODEL = "ar-model";

  static final Algorithm ALGORITHM =
      options(Algorithm.named("apd", "drafts whose prefix a small causal model accepts"))
          .paper("APD", "2506.00413")
          .noOtherCache("the method has its own; give kv-window")
          .with(
              Parameter.number(
                  MIXTURE_WEIGHT, 0.6, 0, 1, "weight R of the diffusion model in the mixture"))
          .with(
              Parameter.choice(
                  COUPLING,
                  "shared-gumbel",
                  List.of("shared-gumbel", "argmax"),
                  "how draft and target are coupled: the paper's way or the released code's"))
          .with(
              Parameter.resource(
                  AR_MODEL, "causal model that verifies; default the one shipped with the model"))
          .check(Apd::checkCoupling)
          .startedBy(Apd::new);

  private static void checkCoupling(DecodeOptions options) {
    boolean isFiltered =
        options.number(Categorical.TOP_P) < 1 || options.integer(Categorical.TOP_K) > 0;
    if (isFiltered && options.word(COUPLING).equals("shared-gumbel")) {
      throw new IllegalArgumentException(
          "coupling shared-gumbel compares whole distributions and takes no top-p or top-k; use"
              + " coupling argmax with them");
    }
  }

  private final boolean isShared;
  private final MixtureJudge judge;
  private final Query query;
  private final int[] text;
  private float[] savedRow = {};
  private int[] rows = {};

  private Apd(DecodeContext context) {
    super(context);
    isShared = context.options().word(COUPLING).equals("shared-gumbel");
    judge = new MixtureJudge(context, context.options().number(MIXTURE_WEIGHT), isShared);
    query = new Query(context.resources().auxiliary().newCache(canvas.length()));
    text = canvas.tokens().clone();
    rows = new int[canvas.length() + 1];
  }

  @Override
  double noiseScale() {
    return isShared ? 1 : context.options().temperature();
  }

  /** Feeds the draft to the causal model; at first with the prompt. */
  @Override
  boolean verify(Calls calls) {
    int from = savedRow.length == 0 ? 0 : start();
    System.arraycopy(drafts(), 0, text, start(), end() - start());
    int count = 0;
    for (int position = Math.max(start(), from + 1); position <= end(); position++) {
      rows[count++] = position - from;
    }
    query.rows(text, from, end()).predict(rows, count).wantLogits(true);
    detail("ar_queries", end() - from);
    detail("ar_cached", from);
    accounting.auxiliary(query);
    calls.auxiliary(query);
    return true;
  }

  @Override
  int accept() {
    Predictions causal = query.predictions();
    int vocab = causal.vocabSize();
    int drafted = end() - start();
    boolean isFirstCall = savedRow.length == 0;
    if (isFirstCall) {
      savedRow = new float[vocab];
      System.arraycopy(causal.logits(), 0, savedRow, 0, vocab);
    }
    // predictions 0, 1, ... speak of the tokens at start + 1, start + 2, ...
    int shift = isFirstCall ? 0 : -1;
    judge.begin(drafts(), draftPredictions(), causal, start(), draftStep());
    judge.describe(0, savedRow, 0);
    int accepted = 1;
    while (accepted < drafted && judge.agrees(accepted, (accepted + shift) * vocab)) {
      accepted++;
    }
    System.arraycopy(causal.logits(), (accepted + shift) * vocab, savedRow, 0, vocab);
    judge.record(this);
    return accepted;
  }
}

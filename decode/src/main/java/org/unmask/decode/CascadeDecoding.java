package org.unmask.decode;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.unmask.decode.speculative.Cascade;
import org.unmask.model.Conditioning;
import org.unmask.model.Predictions;

/**
 * Cascaded decoding with a Markov model, see {@link Cascade}: round m scores what follows each of
 * the surviving m-grams, all places in one pass, and the last round takes the best sequence. The
 * canvas is filled as a whole, end tokens included.
 *
 * <p>Order 0 is a pass over a barrier per place; later orders add a row per surviving context to
 * what is in the cache.
 */
final class CascadeDecoding extends Decoding {

  private static final String TOP_K = "cascade-top-k";
  private static final String ROUNDS = "rounds";

  static final Algorithm ALGORITHM =
      Algorithm.named("cascade", "n-grams of growing order, pruned by max-marginals")
          .paper("Cascaded Markov", "2006.01112")
          .network(Conditioning.BARRIERS)
          .with(Parameter.integer(TOP_K, 16, 1, 1024, "n-grams kept per place"))
          .with(Parameter.integer(ROUNDS, 5, 1, 5, "passes, of orders 0 to rounds - 1"))
          .check(CommonOptions::checkGreedy)
          .startedBy(CascadeDecoding::new);

  /** Places at which contexts that share a query begin, and a copy of the prompt's rows. */
  private static final int GROUP = 8;

  private final int most;
  private final int rounds;
  private final int length;
  private final int prompt;
  private final List<ContextRows> groups = new ArrayList<>();
  private final Map<List<Integer>, int[]> answers = new HashMap<>(); // group and prediction
  private int round;
  private Cascade cascade = new Cascade(0, 0, new double[1][0]);

  private CascadeDecoding(DecodeContext context) {
    super(context);
    most = context.options().integer(TOP_K);
    length = context.options().genLength();
    rounds = length == 1 ? 1 : context.options().integer(ROUNDS); // nothing to join otherwise
    prompt = canvas.promptLength();
    int[] text = Arrays.copyOf(canvas.tokens(), prompt);
    for (int from = 0; from < length; from += GROUP) {
      ContextRows rows =
          new ContextRows(context.denoiser(), text, GROUP * (1 + (rounds - 1) * most));
      suppressMask(rows.query());
      groups.add(rows);
    }
  }

  @Override
  boolean plan(Calls calls) {
    if (round == rounds) {
      return false;
    }
    answers.clear();
    for (int place = 0; place < length; place++) {
      List<int[]> contexts = round == 0 ? List.of(new int[0]) : cascade.contexts(place);
      for (int s = 0; s < contexts.size(); s++) {
        int[] tokens = contexts.get(s);
        int start = place - tokens.length;
        int answer = groups.get(start / GROUP).ask(start, tokens);
        answers.put(List.of(place, s), new int[] {start / GROUP, answer});
      }
    }
    boolean isOpen = false;
    for (ContextRows rows : groups) {
      if (rows.hasQuestions() && !isOpen) {
        call(kind(), rows.pass(), calls);
        isOpen = true;
      } else if (rows.hasQuestions()) { // the same pass
        accounting.more(rows.pass());
        calls.main(rows.query());
      }
    }
    return true;
  }

  private DecodeStep.Kind kind() {
    return round == 0 ? DecodeStep.Kind.PREFILL : DecodeStep.Kind.DENOISE;
  }

  @Override
  void absorb() {
    Cascade.Scorer scorer =
        (place, state, token) -> logProbability(answers.get(List.of(place, state)), token);
    if (round == 0) {
      double[][] alone = new double[length][context.denoiser().vocabSize()];
      for (int l = 0; l < length; l++) {
        int[] answer = answers.get(List.of(l, 0));
        Arrays.setAll(alone[l], token -> logProbability(answer, token));
      }
      cascade = new Cascade(length, most, alone);
    }
    DecodeStep.Kind kind = kind();
    int first = round == 0 ? 0 : prompt;
    round++;
    if (round == rounds) {
      commit(round == 1 ? cascade.bestAlone() : cascade.best(scorer));
    } else if (round > 1) {
      cascade.prune(scorer);
    }
    int rows =
        answers.values().stream()
            .map(answer -> answer[0])
            .distinct()
            .mapToInt(group -> groups.get(group).query().rowCount())
            .sum();
    report(kind, 0, first, rows);
  }

  private Predictions predictions(int[] answer) {
    return groups.get(answer[0]).query().predictions();
  }

  /** Returns a logarithm from that of the surest token, whose probability the network gives. */
  private double logProbability(int[] answer, int token) {
    Predictions predictions = predictions(answer);
    int row = answer[1];
    if (token == context.suppressed()) {
      return Double.NEGATIVE_INFINITY;
    }
    int from = row * predictions.vocabSize();
    double behind =
        (double) predictions.logits()[from + token]
            - predictions.logits()[from + predictions.token(row)];
    return behind + StrictMath.log(predictions.confidence(row));
  }

  private void commit(int[] tokens) {
    for (int l = 0; l < length; l++) {
      double sure = 1;
      if (round == 1) {
        int[] answer = answers.get(List.of(l, 0));
        sure = predictions(answer).confidence(answer[1]);
      }
      commit(prompt + l, tokens[l], sure);
    }
  }
}

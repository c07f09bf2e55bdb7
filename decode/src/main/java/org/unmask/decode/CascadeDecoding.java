package org.unmask.decode;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.unmask.decode.speculative.Cascade;
import org.unmask.model.AttentionMask;
import org.unmask.model.Conditioning;
import org.unmask.model.KvCache;
import org.unmask.model.Predictions;
import org.unmask.model.Query;

/**
 * Cascaded decoding (arXiv 2006.01112) with a Markov transformer: a pass per order, each scoring
 * all surviving n-grams of all places at once, then the best sequence.
 *
 * <p>The whole canvas is decoded; a text ends at its first end token. n-grams of a place share the
 * rows of their common beginnings.
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

  private final int most;
  private final int rounds;
  private final int length;
  private final int prompt;
  private final KvCache cache;
  private final Query query;
  private int round;
  private Cascade cascade;
  private Map<List<Integer>, Integer> rowOf = Map.of();

  private CascadeDecoding(DecodeContext context) {
    super(context);
    most = context.options().integer(TOP_K);
    rounds = context.options().integer(ROUNDS);
    length = context.options().genLength();
    prompt = canvas.promptLength();
    // order m feeds at most m + 1 rows for each of K contexts of each place
    cache = context.denoiser().newCache(prompt + length * Math.max(1, most * rounds));
    query = new Query(cache).unshifted(true).wantLogits(true);
    suppressMask(query);
    cascade = new Cascade(0, 0, new double[1][0]);
  }

  @Override
  boolean plan(Calls calls) {
    if (round == rounds) {
      return false;
    }
    if (round == 0) {
      planPlaces();
    } else {
      planContexts();
    }
    call(round == 0 ? DecodeStep.Kind.PREFILL : DecodeStep.Kind.DENOISE, query, calls);
    return true;
  }

  /** Feeds the prompt and a slot for each place, a block of its own. */
  private void planPlaces() {
    int rows = prompt + length;
    int[] ids = Arrays.copyOf(canvas.tokens(), rows);
    int[] positions = new int[rows];
    int[] slots = new int[rows];
    int[] groups = new int[rows];
    int[] seen = new int[rows];
    int[] predicted = new int[length];
    Arrays.fill(ids, prompt, rows, context.denoiser().maskId());
    Arrays.fill(seen, prompt);
    for (int r = 0; r < rows; r++) {
      slots[r] = r;
      positions[r] = r < prompt ? r : r - 1;
      groups[r] = r < prompt ? AttentionMask.Groups.CONTENT : r;
    }
    Arrays.setAll(predicted, l -> prompt + l);
    query
        .rows(ids, positions, slots, rows)
        .mask(new AttentionMask.Groups(groups, seen, slots, slots))
        .predict(predicted, length);
  }

  /** Feeds the contexts of every place as a tree of blocks that begin with a barrier. */
  private void planContexts() {
    rowOf = new HashMap<>();
    List<int[]> rows = new ArrayList<>(); // id, position, parent
    List<Integer> predicted = new ArrayList<>();
    Map<List<Integer>, Integer> asked = new HashMap<>();
    for (int place = 1; place < length; place++) {
      List<int[]> contexts = cascade.contexts(place);
      for (int s = 0; s < contexts.size(); s++) {
        int[] tokens = contexts.get(s);
        int start = place - tokens.length;
        int parent = -1;
        List<Integer> path = new ArrayList<>(List.of(start));
        for (int i = 0; i <= tokens.length; i++) {
          if (i > 0) {
            path.add(tokens[i - 1]);
          }
          Integer row = rowOf.get(path);
          if (row == null) {
            row = rows.size();
            int id = i == 0 ? context.denoiser().maskId() : tokens[i - 1];
            rows.add(new int[] {id, prompt - 1 + start + i, parent});
            rowOf.put(List.copyOf(path), row);
          }
          parent = row;
        }
        asked.put(List.of(place, s), parent);
      }
    }
    int[] ids = rows.stream().mapToInt(r -> r[0]).toArray();
    int[] positions = rows.stream().mapToInt(r -> r[1]).toArray();
    int[] parents = rows.stream().mapToInt(r -> r[2]).toArray();
    int[] slots = new int[ids.length];
    Arrays.setAll(slots, r -> prompt + r);
    asked.values().stream().distinct().sorted().forEach(predicted::add);
    Map<Integer, Integer> index = new HashMap<>();
    predicted.forEach(row -> index.put(row, index.size()));
    rowOf = new HashMap<>();
    asked.forEach((key, row) -> rowOf.put(key, index.get(row)));
    query
        .rows(ids, positions, slots, ids.length)
        .mask(new AttentionMask.Tree(prompt, slots, parents))
        .predict(predicted.stream().mapToInt(Integer::intValue).toArray(), predicted.size());
  }

  @Override
  void absorb() {
    Predictions predictions = query.predictions();
    double[][] logs = new double[predictions.count()][];
    for (int row = 0; row < logs.length; row++) {
      logs[row] = logProbabilities(predictions, row);
    }
    Cascade.Scorer scorer = (place, state, token) -> logs[rowOf.get(List.of(place, state))][token];
    if (round == 0) {
      cascade = new Cascade(length, most, logs);
    }
    round++;
    if (round == rounds) {
      int[] best = round == 1 ? cascade.bestAlone() : cascade.best(scorer);
      for (int l = 0; l < length; l++) {
        int row = round == 1 ? l : 0;
        commit(prompt + l, best[l], round == 1 ? predictions.confidence(row) : 1);
      }
    } else if (round > 1) {
      cascade.prune(scorer);
    }
    boolean isFirst = round == 1;
    report(
        isFirst ? DecodeStep.Kind.PREFILL : DecodeStep.Kind.DENOISE,
        0,
        isFirst ? 0 : prompt,
        query.rowCount());
  }

  private double[] logProbabilities(Predictions predictions, int row) {
    double[] logs = new double[predictions.vocabSize()];
    Softmax.load(predictions, row, context.suppressed(), logs);
    double max = logs[Softmax.argMax(logs, logs.length)];
    double sum = 0;
    for (double logit : logs) {
      sum += StrictMath.exp(logit - max);
    }
    double shift = max + StrictMath.log(sum);
    for (int v = 0; v < logs.length; v++) {
      logs[v] -= shift;
    }
    return logs;
  }
}

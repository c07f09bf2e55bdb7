package org.unmask.decode;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unmask.decode.speculative.Cascade;
import org.unmask.model.AttentionMask;
import org.unmask.model.Conditioning;
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

  /** Places whose rows share a query, and a copy of the prompt's keys and values. */
  private static final int GROUP = 8;

  private final int most;
  private final int rounds;
  private final int length;
  private final int prompt;
  private final Query[] groups;
  private int round;
  private Cascade cascade;

  /** Where the prediction behind a context is. */
  private record Place(int group, int row) {}

  private Map<List<Integer>, Place> placeOf = Map.of();

  private CascadeDecoding(DecodeContext context) {
    super(context);
    most = context.options().integer(TOP_K);
    length = context.options().genLength();
    rounds = length == 1 ? 1 : context.options().integer(ROUNDS); // nothing to join otherwise
    prompt = canvas.promptLength();
    groups = new Query[Math.ceilDiv(length, GROUP)];
    // order m feeds at most m + 1 rows for each of K contexts of each place
    int slots = prompt + GROUP * Math.max(1, most * rounds);
    for (int g = 0; g < groups.length; g++) {
      groups[g] = new Query(context.denoiser().newCache(slots)).unshifted(true).wantLogits(true);
      suppressMask(groups[g]);
    }
    cascade = new Cascade(0, 0, new double[1][0]);
  }

  @Override
  boolean plan(Calls calls) {
    if (round == rounds) {
      return false;
    }
    placeOf = new HashMap<>();
    for (int g = 0; g < groups.length; g++) {
      int from = g * GROUP;
      int to = Math.min(length, from + GROUP);
      if (round == 0) {
        planPlaces(g, from, to);
      } else {
        planContexts(g, Math.max(1, from), to);
      }
    }
    call(round == 0 ? DecodeStep.Kind.PREFILL : DecodeStep.Kind.DENOISE, groups[0], calls);
    for (int g = 1; g < groups.length; g++) {
      accounting.more(groups[g]); // the same pass
      calls.main(groups[g]);
    }
    return true;
  }

  /** Feeds the prompt and a slot for each place, a block of its own. */
  private void planPlaces(int g, int from, int to) {
    int rows = prompt + to - from;
    int[] ids = Arrays.copyOf(canvas.tokens(), rows);
    int[] positions = new int[rows];
    int[] slots = new int[rows];
    int[] blocks = new int[rows];
    int[] seen = new int[rows];
    int[] predicted = new int[to - from];
    Arrays.fill(ids, prompt, rows, context.denoiser().maskId());
    Arrays.fill(seen, prompt);
    for (int r = 0; r < rows; r++) {
      slots[r] = r;
      positions[r] = r < prompt ? r : from + r - 1;
      blocks[r] = r < prompt ? AttentionMask.Groups.CONTENT : r;
    }
    for (int l = from; l < to; l++) {
      predicted[l - from] = prompt + l - from;
      placeOf.put(List.of(l, 0), new Place(g, l - from));
    }
    groups[g]
        .rows(ids, positions, slots, rows)
        .mask(new AttentionMask.Groups(blocks, seen, slots, slots))
        .predict(predicted, predicted.length);
  }

  /** Feeds the contexts of some places as a tree of blocks that begin with a barrier. */
  private void planContexts(int g, int from, int to) {
    Map<List<Integer>, Integer> rowOf = new HashMap<>();
    List<int[]> rows = new ArrayList<>(); // id, position, parent
    Map<List<Integer>, Integer> asked = new LinkedHashMap<>();
    for (int place = from; place < to; place++) {
      List<int[]> contexts = cascade.contexts(place);
      for (int s = 0; s < contexts.size(); s++) {
        asked.put(List.of(place, s), feed(place, contexts.get(s), rowOf, rows));
      }
    }
    int[] ids = rows.stream().mapToInt(r -> r[0]).toArray();
    int[] positions = rows.stream().mapToInt(r -> r[1]).toArray();
    int[] parents = rows.stream().mapToInt(r -> r[2]).toArray();
    int[] slots = new int[ids.length];
    Arrays.setAll(slots, r -> prompt + r);
    int[] predicted = asked.values().stream().mapToInt(r -> r).distinct().sorted().toArray();
    asked.forEach(
        (key, row) -> placeOf.put(key, new Place(g, Arrays.binarySearch(predicted, row))));
    groups[g]
        .rows(ids, positions, slots, ids.length)
        .mask(new AttentionMask.Tree(prompt, slots, parents))
        .predict(predicted, predicted.length);
  }

  /** Adds the rows of a context that are not there yet; returns the last one. */
  private int feed(int place, int[] tokens, Map<List<Integer>, Integer> rowOf, List<int[]> rows) {
    int start = place - tokens.length;
    List<Integer> path = new ArrayList<>(List.of(start));
    int parent = -1;
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
    return parent;
  }

  @Override
  void absorb() {
    double[][][] logs = new double[groups.length][][];
    for (int g = 0; g < groups.length; g++) {
      Predictions predictions = groups[g].predictions();
      logs[g] = new double[predictions.count()][];
      for (int row = 0; row < logs[g].length; row++) {
        logs[g][row] = logProbabilities(predictions, row);
      }
    }
    Cascade.Scorer scorer =
        (place, state, token) -> {
          Place at = placeOf.get(List.of(place, state));
          return logs[at.group()][at.row()][token];
        };
    if (round == 0) {
      double[][] alone = new double[length][];
      Arrays.setAll(alone, l -> logs[l / GROUP][l % GROUP]);
      cascade = new Cascade(length, most, alone);
    }
    round++;
    if (round == rounds) {
      int[] best = round == 1 ? cascade.bestAlone() : cascade.best(scorer);
      for (int l = 0; l < length; l++) {
        commit(prompt + l, best[l], round == 1 ? confidence(l) : 1);
      }
    } else if (round > 1) {
      cascade.prune(scorer);
    }
    boolean isFirst = round == 1;
    int rows = 0;
    for (Query group : groups) {
      rows += group.rowCount();
    }
    report(
        isFirst ? DecodeStep.Kind.PREFILL : DecodeStep.Kind.DENOISE, 0, isFirst ? 0 : prompt, rows);
  }

  private double confidence(int place) {
    return groups[place / GROUP].predictions().confidence(place % GROUP);
  }

  private double[] logProbabilities(Predictions predictions, int row) {
    double[] logs = new double[predictions.vocabSize()];
    Softmax.load(predictions, row, context.suppressedTokens(), logs);
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

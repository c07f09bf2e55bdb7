package org.unmask.decode;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.unmask.model.AttentionMask;
import org.unmask.model.Denoiser;
import org.unmask.model.Query;

/**
 * The contexts that begin at some places, for a Markov model whose blocks begin with a barrier: a
 * row sees the prompt, the barrier and the tokens between. Contexts with a common beginning share
 * its rows, and each row is fed once: a context that is one token longer than one of the round
 * before adds one row.
 */
final class ContextRows {

  private final Query query;
  private final int prompt;
  private final int barrier;
  private final Map<List<Integer>, Integer> slots = new HashMap<>(); // by place and tokens
  private final BitSet[] seen; // by slot: itself and what leads to it
  private final List<int[]> fed = new ArrayList<>(); // id, position, slot
  private final List<Integer> asked = new ArrayList<>();
  private int used;

  /**
   * Starts with the prompt.
   *
   * @param network Markov
   * @param prompt tokens of the prompt
   * @param most contexts' rows at most
   */
  ContextRows(Denoiser network, int[] prompt, int most) {
    this.prompt = prompt.length;
    barrier = network.maskId();
    seen = new BitSet[prompt.length + most];
    query = new Query(network.newCache(seen.length)).unshifted(true).wantLogits(true);
    for (int p = 0; p < prompt.length; p++) {
      fed.add(new int[] {prompt[p], p, p});
      seen[p] = new BitSet();
    }
    used = prompt.length;
  }

  /**
   * Asks what follows a context.
   *
   * @param start place of the response where it begins
   * @param tokens from there on
   * @return which of the predictions says it
   */
  int ask(int start, int... tokens) {
    List<Integer> path = new ArrayList<>(List.of(start));
    BitSet above = new BitSet();
    for (int i = 0; i <= tokens.length; i++) {
      if (i > 0) {
        path.add(tokens[i - 1]);
      }
      Integer slot = slots.get(path);
      if (slot == null || i == tokens.length) { // one that is there is fed again to be asked
        slot = slot == null ? used++ : slot;
        seen[slot] = (BitSet) above.clone();
        seen[slot].set(slot);
        slots.put(List.copyOf(path), slot);
        int id = i == 0 ? barrier : tokens[i - 1];
        fed.add(new int[] {id, prompt - 1 + start + i, slot});
      }
      above = seen[slot];
    }
    asked.add(fed.size() - 1);
    return asked.size() - 1;
  }

  /** Tells whether anything was asked since the last pass. */
  boolean hasQuestions() {
    return !asked.isEmpty();
  }

  /** Returns the pass that answers. */
  Query pass() {
    int[] ids = column(0);
    int[] at = column(2);
    int[] rows = asked.stream().mapToInt(Integer::intValue).toArray();
    AttentionMask.Explicit mask = (row, slot) -> slot < prompt || seen[at[row]].get(slot);
    query.rows(ids, column(1), at, ids.length).keys(used).mask(mask).predict(rows, rows.length);
    fed.clear();
    asked.clear();
    return query;
  }

  private int[] column(int which) {
    return fed.stream().mapToInt(row -> row[which]).toArray();
  }

  /** Returns the query of the last pass. */
  Query query() {
    return query;
  }
}

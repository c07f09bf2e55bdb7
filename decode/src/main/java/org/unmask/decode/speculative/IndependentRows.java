package org.unmask.decode.speculative;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The sampled path of ADED's released code: every root-to-leaf row of the tree is compared with
 * draws of its own, the longest match wins, and a fresh token follows. Rows that share a prefix
 * draw it several times, so drafts are too frequent. Kept to be told from the exact rules.
 */
public record IndependentRows() implements AcceptanceRule {

  @Override
  public String id() {
    return "aded-released";
  }

  @Override
  public Exactness exactness(Proposal proposal) {
    return Exactness.FORBIDDEN;
  }

  @Override
  public int choose(double[] law, Draft draft, int[] children, int position, Chance chance) {
    return chance.draw(law, position);
  }

  @Override
  public Commit accept(Draft draft, Scores scores, Chance chance) {
    int[] best = {};
    for (int[] row : rows(draft)) {
      int matched = 0;
      int before = -1;
      while (matched < row.length
          && chance.draw(scores.after(before), scores.position(before))
              == draft.tokens()[row[matched]]) {
        before = row[matched++];
      }
      if (matched > best.length) {
        best = Arrays.copyOf(row, matched);
      }
    }
    int last = best.length == 0 ? -1 : best[best.length - 1];
    return new Commit(best, chance.draw(scores.after(last), scores.position(last)));
  }

  private static List<int[]> rows(Draft draft) {
    List<int[]> rows = new ArrayList<>();
    for (int leaf = 0; leaf < draft.size(); leaf++) {
      if (draft.children(leaf).length == 0) {
        int depth = 0;
        for (int node = leaf; node >= 0; node = draft.parents()[node]) {
          depth++;
        }
        int[] row = new int[depth];
        for (int node = leaf; node >= 0; node = draft.parents()[node]) {
          row[--depth] = node;
        }
        rows.add(row);
      }
    }
    return rows;
  }
}

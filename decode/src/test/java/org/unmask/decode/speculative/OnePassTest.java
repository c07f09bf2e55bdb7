package org.unmask.decode.speculative;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmask.decode.trace.ShippedModel;
import org.unmask.model.AttentionMask;
import org.unmask.model.Denoiser;
import org.unmask.model.Predictions;
import org.unmask.model.Query;

/** One pass over a draft gives, bit for bit, the logits of a pass per root path. */
class OnePassTest {

  private static final int VOCAB = 2048;

  /** Wants logits; laws are not looked at. */
  private static final Warp WARP =
      new Warp() {
        @Override
        public boolean isGreedy() {
          return false;
        }

        @Override
        public double[] law(Predictions predictions, int row) {
          return Warp.certain(predictions.token(row), VOCAB);
        }
      };

  private static float[] row(Query query, int row) {
    return Arrays.copyOfRange(query.predictions().logits(), row * VOCAB, (row + 1) * VOCAB);
  }

  /** The logits behind a text, from a pass without cache. */
  private static float[] plain(Denoiser network, int[] text) {
    Query query =
        new Query()
            .rows(text, 0, text.length)
            .predict(new int[] {text.length - 1}, 1)
            .unshifted(true)
            .wantLogits(true);
    network.forward(List.of(query));
    return row(query, 0);
  }

  private static int[] path(int[] text, Draft draft, int node) {
    List<Integer> reversed = new ArrayList<>();
    for (int n = node; n >= 0; n = draft.parents()[n]) {
      reversed.add(draft.tokens()[n]);
    }
    int[] path = Arrays.copyOf(text, text.length + reversed.size());
    for (int i = 0; i < reversed.size(); i++) {
      path[path.length - 1 - i] = reversed.get(i);
    }
    return path;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void trees_scoreAsTheirPaths_andKeepExactRows(long seed) throws IOException {
    Random random = new Random(seed);
    try (ShippedModel model = new ShippedModel("unmask-qwen-ar-6m")) {
      Denoiser network = model.newDenoiser();
      int[] text = random.ints(37, 0, 2000).toArray();
      int limit = 80;
      CausalVerifier verifier = new CausalVerifier(network, limit, 30, WARP, -1, false, 0);
      for (int round = 0; round < 4; round++) {
        Draft draft = tree(random, text.length, 6 + 8 * round);
        Text state = new Text(Arrays.copyOf(text, limit), 37, text.length, limit);
        Query query = verifier.plan(state, draft);
        network.forward(List.of(query));
        for (int node = -1; node < draft.size(); node++) {
          assertThat(row(query, verifier.row(node)))
              .as("seed %d, round %d, node %d", seed, round, node)
              .containsExactly(plain(network, path(text, draft, node)));
        }
        int last = random.nextInt(draft.size()); // any path: the next round reads its rows
        int[] nodes =
            IntStream.iterate(last, n -> n >= 0, n -> draft.parents()[n]).sorted().toArray();
        Commit commit = new Commit(nodes, random.nextInt(2000));
        verifier.keep(state, draft, commit);
        text = path(text, draft, last);
        text = Arrays.copyOf(text, text.length + 1);
        text[text.length - 1] = commit.extra();
      }
    }
  }

  private static Draft tree(Random random, int position, int size) {
    int[] tokens = random.ints(size, 0, 2000).toArray();
    int[] parents = new int[size];
    int[] positions = new int[size];
    for (int i = 0; i < size; i++) {
      parents[i] = random.nextInt(i + 1) - 1;
      positions[i] = parents[i] < 0 ? position : positions[parents[i]] + 1;
    }
    return new Draft(tokens, parents, positions, null, Proposal.DETERMINISTIC);
  }

  @Test
  void maskGroups_areInvisibleToEachOther() throws IOException {
    Random random = new Random(4);
    try (ShippedModel model = new ShippedModel("unmask-space-6m")) {
      Denoiser network = model.newDenoiser();
      int[] text = random.ints(29, 0, 2000).toArray();
      int limit = 64;
      MaskGroupDrafter drafter = new MaskGroupDrafter(network, limit, 4, WARP);
      Text state = new Text(Arrays.copyOf(text, limit), 29, 29, limit);
      Draft draft = Draft.chain(random.ints(4, 0, 2000).toArray(), 29);
      Query query = drafter.plan(state, draft);
      network.forward(List.of(query));
      for (int g = 0; g <= 4; g++) {
        int[] content = path(text, draft, g - 1);
        assertThat(row(query, g)).containsExactly(plain(network, content));
        for (int j = 0; j < 4; j++) {
          int[] masked = Arrays.copyOf(content, content.length + j + 1);
          Arrays.fill(masked, content.length, masked.length, network.maskId());
          assertThat(row(query, 5 + 4 * g + j))
              .as("group %d, mask %d", g, j)
              .containsExactly(plain(network, masked));
        }
      }
    }
  }

  @Test
  void anyOrderSlots_scoreAsOneAtATime() throws IOException {
    Random random = new Random(5);
    try (ShippedModel model = new ShippedModel("unmask-asarm-6m")) {
      Denoiser network = model.newDenoiser();
      int prompt = 31;
      int limit = 70;
      int[] tokens = Arrays.copyOf(random.ints(prompt, 0, 2000).toArray(), limit);
      Arrays.fill(tokens, prompt, limit, network.maskId());
      tokens[35] = 77; // given: the order goes around it
      AnyOrderVerifier verifier = new AnyOrderVerifier(network, limit, 6, WARP, token -> false);
      SelfParallelDrafter drafter = new SelfParallelDrafter(verifier, 6);
      Text state = new Text(tokens, prompt, prompt, limit);
      List<Query> asked = new ArrayList<>();
      drafter.plan(state, limit, new Adder(asked));
      network.forward(asked);
      drafter.absorb(state, new Certain());
      float[] drafted = row(asked.getFirst(), 0);
      Draft draft = drafter.propose(state, limit, new Certain());
      Query density = java.util.Objects.requireNonNull(verifier.plan(state, draft));
      network.forward(List.of(density));
      assertThat(row(density, 0)).as("first law, both passes").containsExactly(drafted);
      for (int i = 0; i < draft.size(); i++) {
        assertThat(row(density, i))
            .as("slot %d", i)
            .containsExactly(oneSlot(network, tokens, draft, i, prompt));
      }
    }
  }

  /** A pass over the given tokens, the draft before slot i, and this slot. */
  private static float[] oneSlot(Denoiser network, int[] tokens, Draft draft, int i, int prompt) {
    List<int[]> content = new ArrayList<>(); // position, token, rank
    for (int p = 0; p < tokens.length; p++) {
      if (tokens[p] != network.maskId()) {
        content.add(new int[] {p, tokens[p], 0});
      }
    }
    for (int k = 0; k < i; k++) {
      content.add(new int[] {draft.positions()[k], draft.tokens()[k], k + 1});
    }
    int rows = content.size() + 1;
    int[] ids = new int[rows];
    int[] places = new int[rows];
    int[] slots = new int[rows];
    int[] seen = new int[rows];
    int[] ranks = new int[160];
    Arrays.fill(ranks, Integer.MAX_VALUE);
    for (int r = 0; r < rows - 1; r++) {
      int[] row = content.get(r);
      places[r] = row[0];
      slots[r] = row[0];
      ids[r] = row[1];
      seen[r] = row[2] + 1;
      ranks[row[0]] = row[2];
    }
    int place = draft.positions()[i];
    ids[rows - 1] = network.maskId();
    places[rows - 1] = place;
    slots[rows - 1] = 96 + place % 16; // behind all content
    seen[rows - 1] = i + 1;
    Query query =
        new Query(network.newCache(160))
            .rows(ids, places, slots, rows)
            .mask(new AttentionMask.RankOrder(ranks, seen, slots))
            .predict(new int[] {rows - 1}, 1)
            .unshifted(true)
            .wantLogits(true)
            .suppress(network.maskId());
    network.forward(List.of(query));
    return row(query, 0);
  }

  private record Adder(List<Query> queries) implements ForwardCalls {
    @Override
    public void main(Query query) {
      queries.add(query);
    }

    @Override
    public void reduced(Query query) {
      queries.add(query);
    }

    @Override
    public void auxiliary(Query query) {
      queries.add(query);
    }
  }

  /** Takes the most probable of everything. */
  private record Certain() implements Chance {
    @Override
    public boolean happens(double probability, int position) {
      return probability >= 0.5;
    }

    @Override
    public int draw(double[] weights, int position) {
      int best = 0;
      for (int v = 1; v < weights.length; v++) {
        best = weights[v] > weights[best] ? v : best;
      }
      return best;
    }
  }
}

package org.unmask.decode.speculative;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.unmask.decode.trace.ShippedModel;
import org.unmask.model.Denoiser;
import org.unmask.model.Predictions;
import org.unmask.model.Query;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class LayerSetOptimizerTest {

  private static final int WINDOW = 24;

  private static final Warp GREEDY =
      new Warp() {
        @Override
        public boolean isGreedy() {
          return true;
        }

        @Override
        public double[] law(Predictions predictions, int row) {
          throw new IllegalStateException("greedy rows have no law");
        }
      };

  private static int[] ints(JsonNode list) {
    return list.valueStream().mapToInt(JsonNode::asInt).toArray();
  }

  /** Returns prompt and text of the longest golden trace. */
  private static int[][] golden() throws IOException {
    try (InputStream in =
        new GZIPInputStream(
            Objects.requireNonNull(
                LayerSetOptimizerTest.class.getResourceAsStream(
                    "/golden/speculative/unmask-qwen-ar-6m.json.gz")))) {
      int[][] longest = {{}, {}};
      for (JsonNode trace : JsonMapper.shared().readTree(in).get("traces")) {
        int[] text = ints(trace.get("token_ids"));
        if (text.length > longest[1].length) {
          longest = new int[][] {ints(trace.get("prompt_ids")), text};
        }
      }
      return longest;
    }
  }

  @Test
  void search_findsSublayersThatPredictMore_andLeavesTheTextsRowsAlone() throws IOException {
    int[][] golden = golden();
    int prompt = golden[0].length;
    int limit = prompt + golden[1].length;
    int[] tokens = Arrays.copyOf(golden[0], limit);
    System.arraycopy(golden[1], 0, tokens, prompt, golden[1].length);
    try (ShippedModel model = new ShippedModel("unmask-qwen-ar-6m")) {
      Denoiser network = model.newDenoiser();
      CausalVerifier verifier =
          new CausalVerifier(network, limit, 4, GREEDY, -1, false, WINDOW + 16);
      Text text = new Text(tokens, prompt, limit - 1, limit);
      Query pass = verifier.plan(text, Draft.NONE);
      network.forward(List.of(pass));
      int next = pass.predictions().token(0);
      verifier.keep(text, Draft.NONE, new Commit(new int[0], next));
      LayerSetOptimizer search =
          new LayerSetOptimizer(
              network.layers(), 0.45, 1, WINDOW, verifier, -1, new SplittableRandom(1));
      for (int i = 0; i < 200 && search.wantsPass(text); i++) {
        network.forward(List.of(search.pass(text)));
        search.judge(text);
      }
      double[] scores = search.scores();
      System.getLogger(getClass().getName())
          .log(System.Logger.Level.INFO, "best and first share: " + Arrays.toString(scores));
      assertThat(scores[0]).isGreaterThanOrEqualTo(scores[1] + 0.05);
      Query after = verifier.plan(new Text(tokens, prompt, limit, limit), Draft.NONE);
      network.forward(List.of(after));
      Query fresh =
          new Query().rows(tokens, 0, limit).predict(new int[] {limit - 1}, 1).unshifted(true);
      network.forward(List.of(fresh));
      assertThat(after.predictions().confidence(0)).isEqualTo(fresh.predictions().confidence(0));
    }
  }

  /** A function that grows with each of four members that a set has. */
  @Test
  void process_knowsWhichUnseenSetIsBest() {
    SplittableRandom random = new SplittableRandom(3);
    List<BitSet> seen = new ArrayList<>();
    List<Double> values = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      BitSet set = new BitSet();
      IntStream.range(0, 12).filter(_ -> random.nextBoolean()).forEach(set::set);
      if (!set.get(0, 4).equals(BitSet.valueOf(new long[] {0b1111}))) {
        seen.add(set);
        values.add(set.get(0, 4).cardinality() / 4.0);
      }
    }
    GaussianProcess process = new GaussianProcess(seen, values);
    BitSet best = BitSet.valueOf(new long[] {0b101010101111});
    BitSet worst = BitSet.valueOf(new long[] {0b101010100000});
    assertThat(process.upperBound(best, 0)).isGreaterThan(process.upperBound(worst, 0) + 0.3);
    for (int i = 0; i < seen.size(); i++) {
      assertThat(process.upperBound(seen.get(i), 0)).isCloseTo(values.get(i), within(0.1));
      assertThat(process.upperBound(seen.get(i), 1))
          .as("less is known elsewhere")
          .isBetween(process.upperBound(seen.get(i), 0), process.upperBound(seen.get(i), 0) + 0.1);
    }
  }
}

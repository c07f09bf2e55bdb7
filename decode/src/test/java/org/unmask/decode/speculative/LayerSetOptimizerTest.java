package org.unmask.decode.speculative;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
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
      assertThat(scores[0]).isGreaterThanOrEqualTo(scores[1]);
      Query after = verifier.plan(new Text(tokens, prompt, limit, limit), Draft.NONE);
      network.forward(List.of(after));
      Query fresh =
          new Query().rows(tokens, 0, limit).predict(new int[] {limit - 1}, 1).unshifted(true);
      network.forward(List.of(fresh));
      assertThat(after.predictions().confidence(0)).isEqualTo(fresh.predictions().confidence(0));
    }
  }
}

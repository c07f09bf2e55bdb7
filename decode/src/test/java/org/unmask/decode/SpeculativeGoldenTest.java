package org.unmask.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unmask.decode.trace.ShippedModel;
import org.unmask.model.Denoiser;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Greedy decoding of the shipped models, token for token; see golden/speculative/ORIGIN.md. */
class SpeculativeGoldenTest {

  private static final Map<String, ShippedModel> MODELS = new HashMap<>();

  @AfterAll
  static void closeModels() {
    MODELS.values().forEach(ShippedModel::close);
    MODELS.clear();
  }

  static ShippedModel model(String name) throws IOException {
    ShippedModel model = MODELS.get(name);
    if (model == null) {
      model = new ShippedModel(name);
      MODELS.put(name, model);
    }
    return model;
  }

  static JsonNode traces(String name) throws IOException {
    try (InputStream packed =
            SpeculativeGoldenTest.class.getResourceAsStream(
                "/golden/speculative/" + name + ".json.gz");
        InputStream in = new GZIPInputStream(Objects.requireNonNull(packed))) {
      return JsonMapper.shared().readTree(in).get("traces");
    }
  }

  static int[] ints(JsonNode list) {
    int[] ints = new int[list.size()];
    for (int i = 0; i < ints.length; i++) {
      ints[i] = list.get(i).asInt();
    }
    return ints;
  }

  private static Decoder decoder(String name, String auxiliary) throws IOException {
    DecodeResources resources = DecodeResources.none().withEndTokens(2033, 2036);
    return new Decoder(
        model(name).newDenoiser(),
        auxiliary.isEmpty() ? resources : resources.withAuxiliary(model(auxiliary).newDenoiser()));
  }

  @ParameterizedTest
  @CsvSource({
    "unmask-qwen-ar-6m, ar, ''",
    "unmask-qwen-ar-3m, ar, ''",
    "unmask-qwen-ar-6m, speculative, unmask-qwen-ar-3m",
    "unmask-qwen-ar-3m, speculative, unmask-qwen-ar-6m",
    "unmask-qwen-ar-6m, prompt-lookup, ''",
    "unmask-qwen-ar-6m, aded, ''",
    "unmask-qwen-ar-6m, swift, ''",
    "unmask-qwen-ar-6m, specdiff, unmask-llada-6m",
    "unmask-qwen-ar-6m, specdiff, unmask-dream-6m",
  })
  void greedy_isTheOfficialText(String name, String algorithm, String auxiliary)
      throws IOException {
    Decoder decoder = decoder(name, auxiliary);
    DecodeOptions options = DecodeOptions.of(algorithm, Map.of("gen-length", 48));
    for (JsonNode trace : traces(name)) {
      List<DecodeStep> steps = new ArrayList<>();
      DecodeResult result =
          decoder.decode(
              new DecodeRequest(ints(trace.get("prompt_ids")), options),
              (_, step) -> steps.add(step));
      assertThat(result.ids()).isEqualTo(ints(trace.get("token_ids")));
      assertThat(result.nfe()).isLessThanOrEqualTo(trace.get("nfe").asInt());
      List<Double> confidences =
          steps.stream().flatMap(step -> step.confidence().stream()).toList();
      for (int i = 0; i < confidences.size(); i++) {
        assertThat(confidences.get(i))
            .isCloseTo(trace.get("probs").get(i).asDouble(), within(2e-4));
      }
      if (algorithm.equals("ar")) {
        assertThat(result.nfe()).isEqualTo(trace.get("nfe").asInt());
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "unmask-asarm-6m, assd, sequential_token_ids",
    "unmask-space-6m, space, ar_token_ids",
    "unmask-chimera-heads, chimera, ar_token_ids",
    "unmask-markov-6m, cascade, token_ids",
  })
  void greedy_variantsRepeatTheirTokensAndPasses(String name, String algorithm, String plain)
      throws IOException {
    boolean isChimera = algorithm.equals("chimera");
    ShippedModel model = model(isChimera ? "unmask-qwen-ar-6m" : name);
    DecodeResources resources = DecodeResources.none().withEndTokens(2033, 2036);
    Decoder decoder =
        new Decoder(
            model.newDenoiser(),
            isChimera ? resources.withDraftHeads(model.newDraftHeads(name)) : resources);
    for (JsonNode trace : traces(name)) {
      if (!trace.get("stable").asBoolean()) {
        continue;
      }
      JsonNode params = trace.get("params");
      Map<String, Object> options = new HashMap<>(Map.of("gen-length", 40));
      switch (algorithm) {
        case "assd", "space" -> options.put("draft-length", params.get("k").asInt());
        case "chimera" -> options.put("draft-shape", "chain");
        default -> {
          options.put("cascade-top-k", params.get("K").asInt());
          options.put("rounds", params.get("rounds").asInt());
        }
      }
      int[] prompt = ints(trace.get("prompt_ids"));
      DecodeResult result =
          decoder.decode(new DecodeRequest(prompt, DecodeOptions.of(algorithm, options)));
      assertThat(result.ids()).isEqualTo(ints(trace.get("token_ids")));
      assertThat(result.ids()).isEqualTo(ints(trace.get(plain)));
      if (trace.has("nfe")) {
        assertThat(result.nfe()).isEqualTo(trace.get("nfe").asInt());
      }
      for (int rounds = 1; rounds <= 2 && trace.has("rounds1_token_ids"); rounds++) {
        options.put("rounds", rounds);
        result = decoder.decode(new DecodeRequest(prompt, DecodeOptions.of(algorithm, options)));
        assertThat(result.ids()).isEqualTo(ints(trace.get("rounds" + rounds + "_token_ids")));
        assertThat(result.nfe()).isEqualTo(rounds);
      }
    }
  }

  /** Left to right, each token from the prompt and the last four. */
  @Test
  void markov_orderFourIsGreedyAsRecorded() throws IOException {
    ShippedModel model = model("unmask-markov-6m");
    for (JsonNode trace : traces("unmask-markov-6m")) {
      if (!trace.get("stable").asBoolean()) {
        continue;
      }
      Denoiser network = model.newDenoiser();
      int[] text = ints(trace.get("order4_greedy_token_ids"));
      ContextRows rows = new ContextRows(network, ints(trace.get("prompt_ids")), 5 * text.length);
      rows.query().suppress(network.maskId());
      for (int place = 0; place < text.length; place++) {
        int start = Math.max(0, place - 4);
        rows.ask(start, Arrays.copyOfRange(text, start, place));
        network.forward(List.of(rows.pass()));
        assertThat(rows.query().predictions().token(0))
            .as("place %d", place)
            .isEqualTo(text[place]);
      }
    }
  }
}

package org.unmask.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Agreement with the official library; see {@code golden/tokenizer/ORIGIN.md}. */
class TokenizerGoldenTest {

  @ParameterizedTest
  @ValueSource(
      strings = {"unmask-llada-6m", "unmask-dream-6m", "unmask-qwen-ar-6m", "unmask-qwen-ar-3m"})
  void encodeAndDecode_goldenStrings(String checkpoint) throws IOException {
    Tokenizer tokenizer = Tokenizer.load(Shipped.folder(checkpoint));
    for (JsonNode golden : Shipped.golden("cases.jsonl")) {
      String text = golden.get("text").asString();
      int[] ids = Shipped.ids(golden.get("ids"));
      assertThat(tokenizer.encode(text)).as(text).isEqualTo(ids);
      assertThat(tokenizer.decode(ids, true)).isEqualTo(golden.get("decoded").asString());
      assertThat(tokenizer.decode(ids, false))
          .isEqualTo(golden.get("decoded_with_special").asString());
    }
  }
}

package org.unmask.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmask.decode.Algorithms;
import org.unmask.decode.DecodeOptions;
import org.unmask.decode.DecodeRequest;
import org.unmask.decode.Decoder;

/** What {@code inspect} promises of a model, tried on the model itself. */
class AlgorithmsForTest {

  private static final Path WEIGHTS = Path.of("").toAbsolutePath().resolveSibling("weights");

  @ParameterizedTest
  @ValueSource(strings = {"unmask-llada-6m", "unmask-dream-6m"})
  void whatIsPromisedRuns_andWhatIsRefusedDoesNot(String name) throws IOException {
    try (LoadedModel model = LoadedModel.open(WEIGHTS.resolve(name), 2, "auto")) {
      AlgorithmsFor found = AlgorithmsFor.model(model.checkpoint());
      assertThat(found.total()).isEqualTo(Algorithms.all().size());
      assertThat(
              found.alone().size()
                  + found.withAuxiliary().size()
                  + found.withFilter().size()
                  + found.withDenoiser().size()
                  + found.withHeads().size()
                  + found.refused().size())
          .isEqualTo(found.total());
      assertThat(found.alone()).contains("threshold", "left-to-right");
      assertThat(found.withAuxiliary()).contains("apd");
      assertThat(found.refused()).isNotEmpty();
      Decoder decoder = model.decoder();
      for (String id : found.alone()) {
        assertThat(decoder.decode(request(id)).nfe()).as(id).isPositive();
      }
      for (String id : found.refused().keySet()) {
        assertThatThrownBy(() -> decoder.decode(request(id)))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage(found.refused().get(id));
      }
    }
  }

  @Test
  void causalModel_getsWhatDraftsForIt() throws IOException {
    try (LoadedModel model = LoadedModel.open(WEIGHTS.resolve("unmask-qwen-ar-6m"), 2, "auto")) {
      AlgorithmsFor found = AlgorithmsFor.model(model.checkpoint());
      assertThat(found.alone()).containsExactly("ar", "prompt-lookup", "aded", "swift");
      assertThat(found.withAuxiliary()).containsExactly("speculative");
      assertThat(found.withDenoiser()).containsExactly("specdiff");
      assertThat(found.withHeads()).containsExactly("chimera");
      assertThat(found.refused().get("assd"))
          .isEqualTo(
              "the algorithm needs an any-subset model, such as unmask-asarm-6m, and this one is causal");
    }
  }

  private static DecodeRequest request(String id) {
    return new DecodeRequest(new int[] {2032, 319}, DecodeOptions.of(id, Map.of("gen-length", 8)));
  }
}

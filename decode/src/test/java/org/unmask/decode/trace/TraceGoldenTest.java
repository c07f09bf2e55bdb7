package org.unmask.decode.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unmask.decode.DecodeResources;
import org.unmask.decode.Decoder;
import org.unmask.decode.FilterModel;
import org.unmask.decode.FilterRow;
import org.unmask.decode.FilterRows;
import org.unmask.weights.safetensors.SafetensorsFile;
import org.unmask.weights.safetensors.Tensor;

/**
 * Our decoders against the published ones, step for step; see golden/traces/ORIGIN.md.
 *
 * <p>The default build takes one trace of each decoder and set of arguments, that of the fewest
 * calls; the tests tagged slow take all.
 */
class TraceGoldenTest {

  /** Longer traces are left to the slow tests. */
  private static final int MOST_STEPS = 10;

  private static final Map<String, ShippedModel> MODELS = new HashMap<>();

  /** All golden files of decoders, or those named by the property golden.files. */
  static Stream<String> files() throws IOException {
    String only = System.getProperty("golden.files");
    if (only != null) {
      return Stream.of(only.split(","));
    }
    try (Stream<Path> all = Files.list(resource("ORIGIN.md").getParent())) {
      return all
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".json.gz") && !name.startsWith("llada-loglik"))
          .map(name -> name.substring(0, name.length() - ".json.gz".length()))
          .sorted()
          .toList()
          .stream();
    }
  }

  @AfterAll
  static void closeModels() {
    MODELS.values().forEach(ShippedModel::close);
    MODELS.clear();
  }

  static TraceFile read(String name) throws IOException {
    try (InputStream packed =
            TraceGoldenTest.class.getResourceAsStream("/golden/traces/" + name + ".json.gz");
        InputStream in = new GZIPInputStream(Objects.requireNonNull(packed))) {
      return TraceFile.read(in);
    }
  }

  private static List<String> differences(TraceFile file, List<RecordedTrace> traces)
      throws IOException {
    Object named = file.fields().get("model");
    String name = (String) (named != null ? named : ((List<?>) file.fields().get("models")).get(0));
    ShippedModel model = model(name);
    List<String> differences = new ArrayList<>();
    for (RecordedTrace trace : traces) {
      Decoder decoder = new Decoder(model.newDenoiser(), resources(file, trace));
      new TraceVerifier(decoder)
          .firstDifference(trace)
          .ifPresent(difference -> differences.add(trace + ": " + difference));
    }
    return differences;
  }

  private static ShippedModel model(String name) throws IOException {
    ShippedModel model = MODELS.get(name);
    if (model == null) {
      model = new ShippedModel(name);
      MODELS.put(name, model);
    }
    return model;
  }

  private static DecodeResources resources(TraceFile file, RecordedTrace trace) throws IOException {
    DecodeResources resources = DecodeResources.none().withEndTokens(2033);
    if (file.fields().get("background_frequency") instanceof List<?> list) {
      float[] frequencies = new float[list.size()];
      for (int i = 0; i < frequencies.length; i++) {
        frequencies[i] = ((Number) list.get(i)).floatValue();
      }
      resources = resources.withFrequencies(frequencies);
    }
    if (trace.params().get("ar_model") instanceof String name) {
      resources = resources.withAuxiliary(model(name).newDenoiser());
    }
    if (trace.params().get("filter") instanceof String name) {
      resources = resources.withFilter(filter(name));
    }
    return resources;
  }

  private static FilterModel filter(String name) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      Map<String, Tensor> tensors =
          SafetensorsFile.open(resource("learn2pd-filter-" + name + ".safetensors"), arena)
              .tensors();
      return new FilterModel(
          floats(tensors, "linear1.weight"),
          floats(tensors, "linear1.bias"),
          floats(tensors, "linear2.weight"),
          floats(tensors, "linear2.bias"));
    }
  }

  private static float[] floats(Map<String, Tensor> tensors, String name) {
    return Objects.requireNonNull(tensors.get(name)).toFloats();
  }

  private static Path resource(String name) {
    try {
      return Path.of(
          Objects.requireNonNull(TraceGoldenTest.class.getResource("/golden/traces/" + name))
              .toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void shortestTraces_matchThePublishedDecoder(String name) throws IOException {
    TraceFile file = read(name);
    Map<String, RecordedTrace> shortest = new HashMap<>();
    file.traces()
        .forEach(
            trace ->
                shortest.merge(
                    trace.strategy() + trace.params(),
                    trace,
                    (a, b) -> a.steps().size() <= b.steps().size() ? a : b));
    int fewest = shortest.values().stream().mapToInt(t -> t.steps().size()).min().orElseThrow();
    int most = Math.max(fewest, MOST_STEPS);
    shortest.values().removeIf(trace -> trace.steps().size() > most);
    assertThat(differences(file, List.copyOf(shortest.values()))).isEmpty();
  }

  @ParameterizedTest
  @Tag("slow")
  @MethodSource("files")
  void allTraces_matchThePublishedDecoder(String name) throws IOException {
    TraceFile file = read(name);
    assertThat(differences(file, file.traces())).isEmpty();
  }

  @Test
  void logLikelihoods_matchThePublishedEstimates() throws IOException {
    assertThat(differences(read("llada-loglik"), read("llada-loglik").traces())).isEmpty();
  }

  @Test
  void filterRows_matchThePublishedCollector() throws IOException {
    Decoder decoder = new Decoder(model("unmask-llada-6m").newDenoiser(), DecodeResources.none());
    for (Object each : (List<?>) read("learn2pd").fields().get("training_rows")) {
      Map<?, ?> recorded = (Map<?, ?>) each;
      int[] answer = ints(recorded.get("reference_ids"));
      List<FilterRow> rows =
          FilterRows.collect(decoder, ints(recorded.get("ids")), answer, FilterModel.WIDTH);
      List<?> expected = (List<?>) recorded.get("rows");
      assertThat(rows).hasSameSizeAs(expected);
      for (int i = 0; i < rows.size(); i++) {
        Map<?, ?> row = (Map<?, ?>) expected.get(i);
        assertThat(rows.get(i).block()).isEqualTo(row.get("block"));
        assertThat(rows.get(i).isStuck()).isEqualTo(row.get("stuck"));
        int[] isCorrect = ints(row.get("is_correct"));
        List<?> confidence = (List<?>) row.get("confidence");
        for (int p = 0; p < FilterModel.WIDTH; p++) {
          assertThat(rows.get(i).isCorrect()[p]).isEqualTo(isCorrect[p] == 1);
          assertThat((double) rows.get(i).confidence()[p])
              .isCloseTo(((Number) confidence.get(p)).doubleValue(), within(5e-4));
        }
      }
    }
  }

  private static int[] ints(Object list) {
    return ((List<?>) list).stream().mapToInt(i -> ((Number) i).intValue()).toArray();
  }
}

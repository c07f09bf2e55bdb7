package org.unmask.decode.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unmask.decode.Algorithm;
import org.unmask.decode.Algorithms;
import org.unmask.decode.DecodeOptions;
import org.unmask.decode.DecodeRequest;
import org.unmask.decode.DecodeResources;
import org.unmask.decode.DecodeResult;
import org.unmask.decode.DecodeStep;
import org.unmask.decode.Decoder;
import org.unmask.decode.ScriptedNetwork;
import org.unmask.decode.Staleness;

/** Recording, reading back, replaying, comparing and resuming, for every algorithm and cache. */
class RecordingTest {

  private static final int GEN = 12;

  /** One combination; its text is the name of the test. */
  record Case(String algorithm, String cache, double temperature, int shift, long seed) {

    DecodeRequest request() {
      Map<String, Object> options = new HashMap<>();
      options.put("gen-length", GEN);
      options.put("block-length", 6);
      options.put("steps", 6);
      options.put("cache", cache);
      options.put("temperature", temperature);
      options.put("seed", seed);
      int[] prompt = new Random(seed).ints(4, 0, ScriptedNetwork.VOCAB - 1).toArray();
      return new DecodeRequest(prompt, DecodeOptions.of(algorithm, options), 3);
    }

    ScriptedNetwork network() {
      return new ScriptedNetwork(seed, shift);
    }
  }

  static Stream<Case> cases() {
    List<Case> cases = new ArrayList<>();
    for (Algorithm algorithm : Algorithms.all()) {
      long seed = 100L * algorithm.id().hashCode();
      for (String cache : algorithm.caches()) {
        for (int shift = 0; shift < 2; shift++) {
          for (double temperature : new double[] {0, 0.7}) {
            Case given = new Case(algorithm.id(), cache, temperature, shift, seed++);
            if (isAccepted(given)) {
              cases.add(given);
            }
          }
        }
      }
    }
    return cases.stream();
  }

  private static boolean isAccepted(Case given) {
    try {
      given.network().decoder().decode(given.request());
      return true;
    } catch (IllegalArgumentException e) {
      return false; // this algorithm refuses that combination
    }
  }

  private static List<String> record(Decoder decoder, DecodeRequest request) {
    List<String> lines = new ArrayList<>();
    TraceWriter writer =
        new TraceWriter(lines::add, Integer::toString, work -> work.main().pairs(), null);
    writer.begin(request, Map.of("model", "scripted"));
    writer.end(decoder.decode(request, (index, step) -> writer.step(step)));
    return lines;
  }

  private static RecordedTrace read(List<String> lines) throws IOException {
    return TraceFile.of(String.join("\n", lines)).traces().getFirst();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void aRecordedRun_isReadBackVerifiedAndReplayed(Case given) throws IOException {
    Decoder decoder = given.network().decoder();
    RecordedTrace trace = read(record(decoder.keepingPredictions(), given.request()));
    assertThat(trace.request().options()).isEqualTo(given.request().options());
    assertThat(new TraceVerifier(decoder).firstDifference(trace)).isEmpty();
    assertThat(new TraceDiff(trace, trace, 0).firstDifference()).isEmpty();

    List<DecodeStep> steps = new ArrayList<>();
    DecodeResult result = decoder.decode(given.request(), (index, step) -> steps.add(step));
    CanvasReplay canvas = new CanvasReplay(GEN);
    trace.decodeSteps().forEach(canvas::apply);
    int mask = ScriptedNetwork.VOCAB - 1;
    int[] tokens = canvas.tokens();
    for (int i = 0; i < result.ids().length; i++) {
      boolean isMask = i >= tokens.length || tokens[i] == CanvasReplay.MASK; // some round up
      assertThat(isMask ? mask : tokens[i]).isEqualTo(result.ids()[i]);
    }
    assertThat(trace.integer("query_rows")).isEqualTo((int) result.queryRows());
    assertThat(steps.stream().mapToLong(s -> s.work().main().queryRows()).sum())
        .isEqualTo(result.queryRows());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void aRunResumedAtAnyStep_goesOnWithTheSameBits(Case given) throws IOException {
    Decoder decoder = given.network().decoder();
    for (boolean keeps : new boolean[] {true, false}) {
      RecordedTrace trace =
          read(record(keeps ? decoder.keepingPredictions() : decoder, given.request()));
      List<DecodeStep> whole = new ArrayList<>();
      DecodeResult expected = decoder.decode(given.request(), (index, step) -> whole.add(step));
      for (int from = 0; from <= whole.size(); from++) {
        List<DecodeStep> rest = new ArrayList<>();
        DecodeResult result =
            new TraceResume(decoder).resume(trace, from, (index, step) -> rest.add(step));
        assertThat(rest).as("resumed at %d", from).isEqualTo(whole);
        assertThat(result.ids()).isEqualTo(expected.ids());
        assertThat(result.nfe()).isEqualTo(expected.nfe());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void measuringStaleness_changesNothing(Case given) {
    Decoder decoder = given.network().decoder();
    List<DecodeStep> plain = new ArrayList<>();
    List<DecodeStep> measured = new ArrayList<>();
    DecodeResult result = decoder.decode(given.request(), (index, step) -> plain.add(step));
    DecodeResult again =
        decoder.measuringStaleness().decode(given.request(), (index, step) -> measured.add(step));
    assertThat(again.ids()).isEqualTo(result.ids());
    assertThat(again.nfe()).isEqualTo(result.nfe());
    assertThat(again.queryRows()).isEqualTo(result.queryRows());
    for (int i = 0; i < plain.size(); i++) {
      assertThat(measured.get(i).tokenIds()).isEqualTo(plain.get(i).tokenIds());
      assertThat(measured.get(i).confidence()).isEqualTo(plain.get(i).confidence());
      assertThat(measured.get(i).work()).isEqualTo(plain.get(i).work());
    }
  }

  @Test
  void staleness_isPositiveForAStaleCache_andFlipsAreCounted() throws IOException {
    try (ShippedModel model = new ShippedModel("unmask-llada-6m")) {
      Decoder decoder = new Decoder(model.newDenoiser(), DecodeResources.none());
      int[] prompt = new Random(5).ints(20, 100, 1000).toArray();
      DecodeOptions options =
          DecodeOptions.of(
              "llada-low-confidence",
              Map.of("gen-length", 16, "block-length", 8, "steps", 8, "cache", "dual"));
      Staleness stale = staleness(decoder, new DecodeRequest(prompt, options));
      assertThat(stale.calls()).isEqualTo(6);
      assertThat(stale.rows()).isEqualTo(2 * (6 + 4 + 2));
      assertThat(stale.maxError()).isGreaterThan(stale.meanError());
      assertThat(stale.meanError()).isGreaterThan(1e-3);
      assertThat(stale.flips()).isLessThanOrEqualTo(stale.rows());
    }
  }

  void staleness_isZeroForAnExactCache_andNotAskedWithoutOne() {
    Staleness exact = staleness("block-static", "none");
    assertThat(exact.rows()).isPositive();
    assertThat(exact.maxError()).isZero();
    assertThat(exact.flips()).isZero();
    assertThat(staleness("llada-low-confidence", "none")).isEqualTo(Staleness.NONE);
    assertThat(staleness("freedave", "dual").unmeasured()).isPositive();
  }

  private static Staleness staleness(String algorithm, String cache) {
    Case given = new Case(algorithm, cache, 0, 0, 5);
    return staleness(given.network().decoder(), given.request());
  }

  private static Staleness staleness(Decoder decoder, DecodeRequest request) {
    List<Staleness> sum = new ArrayList<>(List.of(Staleness.NONE));
    decoder
        .measuringStaleness()
        .decode(request, (index, step) -> sum.set(0, sum.get(0).plus(step.staleness())));
    return sum.get(0);
  }

  @Test
  void resuming_skipsTheCallsThatAreNotNeeded() throws IOException {
    for (String cache : List.of("none", "dual")) {
      ScriptedNetwork network = new ScriptedNetwork(5, 0);
      DecodeRequest request = new Case("threshold", cache, 0, 0, 5).request();
      RecordedTrace trace = read(record(network.decoder().keepingPredictions(), request));
      int steps = trace.steps().size();
      int prefill = -1;
      for (int i = 0; i < steps - 1; i++) {
        prefill = "prefill".equals(trace.steps().get(i).get("kind")) ? i : prefill;
      }
      int before = network.calls();
      new TraceResume(network.decoder()).resume(trace, steps - 1, (index, step) -> {});
      assertThat(network.calls() - before)
          .as("calls with cache %s", cache)
          .isEqualTo(cache.equals("none") ? 1 : steps - prefill);
    }
  }

  @Test
  void resuming_refusesWhatItCannotDo() throws IOException {
    DecodeRequest request = new Case("threshold", "none", 0, 0, 5).request();
    RecordedTrace trace = read(record(new ScriptedNetwork(5, 0).decoder(), request));
    TraceResume other = new TraceResume(new ScriptedNetwork(6, 0).decoder());
    assertThatThrownBy(() -> other.resume(trace, 2, (index, step) -> {}))
        .hasMessageContaining("step 0 comes out differently")
        .hasMessageContaining("use the model");
    TraceResume same = new TraceResume(new ScriptedNetwork(5, 0).decoder());
    assertThatThrownBy(() -> same.resume(trace, 99, (index, step) -> {}))
        .hasMessageContaining("step 99 was not recorded");
    RecordedTrace published =
        new RecordedTrace("wino", Map.of(), new int[] {1}, Map.of(), List.of());
    assertThatThrownBy(() -> same.resume(published, 0, (index, step) -> {}))
        .hasMessageContaining("published decoder wino cannot be resumed");
    DecodeRequest fed =
        new DecodeRequest(request.prompt(), request.options(), 0, Map.of(), (r, s, p, u, i) -> 0.5);
    assertThatThrownBy(() -> record(new ScriptedNetwork(5, 0).decoder(), fed))
        .hasMessageContaining("cannot be recorded");
  }

  @Test
  void diff_namesTheFirstStepPositionAndGap() throws IOException {
    Decoder decoder = new ScriptedNetwork(5, 0).decoder().keepingPredictions();
    Case slow = new Case("threshold", "none", 0, 0, 5);
    List<String> lines = record(decoder, slow.request());
    DecodeRequest faster =
        new DecodeRequest(
            slow.request().prompt(), slow.request().options().with("threshold", 0.05), 3);
    TraceDiff diff = new TraceDiff(read(lines), read(record(decoder, faster)), 0);
    TraceDiff.Parting parting = diff.parting().orElseThrow();
    assertThat(parting.step()).isZero();
    assertThat(parting.first().token()).isNotEqualTo(parting.second().token());
    assertThat(parting.confidenceGap()).isZero(); // the same prediction, another threshold
    assertThat(parting.first().logitGap()).isPositive();
    assertThat(diff.lastEqualDigest()).isEmpty();
    assertThat(diff.firstDifference()).hasValueSatisfying(d -> assertThat(d).contains("step 0"));

    String changed =
        lines.get(2).replaceFirst("\"confidence\":\\[0\\.(\\d)", "\"confidence\":[0.9$1");
    List<String> altered = new ArrayList<>(lines);
    altered.set(2, changed);
    TraceDiff score = new TraceDiff(read(lines), read(altered), 0);
    assertThat(changed).isNotEqualTo(lines.get(2));
    assertThat(score.parting()).isEmpty();
    assertThat(score.firstDifference().orElseThrow()).startsWith("step 1: confidence");
    assertThat(new TraceDiff(read(lines), read(altered), 1).firstDifference()).isEmpty();
    assertThat(new TraceVerifier(decoder).firstDifference(read(altered)).orElseThrow())
        .startsWith("step 1: expected confidence");
  }

  @Test
  void aFileCutShort_keepsTheStepsThatAreWhole() throws IOException {
    Decoder decoder = new ScriptedNetwork(5, 0).decoder();
    DecodeRequest request = new Case("llada-random", "none", 0.7, 0, 5).request();
    String text = String.join("\n", record(decoder, request));
    RecordedTrace cut = TraceFile.of(text.substring(0, text.length() * 2 / 3)).traces().getFirst();
    assertThat(cut.isWhole()).isFalse();
    assertThat(cut.steps()).isNotEmpty();
    assertThat(new TraceVerifier(decoder).firstDifference(cut)).isEmpty();
    int[] ids = new TraceResume(decoder).resume(cut, cut.steps().size(), (index, step) -> {}).ids();
    assertThat(ids).isEqualTo(decoder.decode(request).ids());
    assertThatThrownBy(() -> TraceFile.of(text.replace("{\"step\":1,", "{\"step\":1")))
        .hasMessageContaining("line 3 of the trace file is cut short or damaged");
  }
}

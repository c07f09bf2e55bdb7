package org.unmask.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Methods that promise the result, or the distribution, of another decoder. */
class LosslessTest {

  private static DecodeResult decode(
      ScriptedDenoiser denoiser, int[] prompt, String algorithm, Map<String, Object> options) {
    return new Decoder(denoiser, DecodeResources.none())
        .decode(new DecodeRequest(prompt, DecodeOptions.of(algorithm, options)));
  }

  @ParameterizedTest
  @CsvSource({"1, prefix", "2, dual", "3, prefix", "4, dual"})
  void freedave_isThePlainDecoderInFewerCalls(long seed, String cache) {
    int calls = 0;
    int plainCalls = 0;
    for (int i = 0; i < 20; i++) {
      int[] prompt = new Random(seed + i).ints(4, 0, 9).toArray();
      Map<String, Object> options = new HashMap<>();
      options.put("gen-length", 12);
      options.put("block-length", 6);
      options.put("cache", cache);
      options.put("draft-steps", 1);
      // logits depend on position alone half of the time, so that drafts are accepted
      ScriptedDenoiser network = mixed(seed + i);
      DecodeResult plain = decode(network, prompt, "freedave", options);
      options.put("draft-steps", 4);
      DecodeResult drafted = decode(network, prompt, "freedave", options);
      assertThat(drafted.ids()).as("seed %d", seed + i).isEqualTo(plain.ids());
      calls += drafted.nfe();
      plainCalls += plain.nfe();
    }
    assertThat(calls).isLessThan(plainCalls);
  }

  /** Depends on what is seen at odd positions, on the position alone at even ones. */
  private static ScriptedDenoiser mixed(long seed) {
    return new ScriptedDenoiser(
        10,
        9,
        0,
        (position, seen, logits) -> {
          long hash = seed + 31L * position;
          for (int i = 0; i < seen.length && position % 2 == 1; i++) {
            hash = Noise.key(hash, i, seen[i], 0, Noise.Purpose.TOKEN);
          }
          for (int v = 0; v < logits.length; v++) {
            logits[v] = (float) (2 * Noise.gumbel(hash, v));
          }
        });
  }

  private static final int SAMPLES = 6000;

  /** 99.9 % quantile of chi-square with 8 degrees of freedom. */
  private static final double CRITICAL = 26.12;

  /**
   * A network over tokens 0, 1, 2 and the mask 3, with the answer at positions 1 and 2. As a causal
   * model, and where the first token stands, it says q(a) q(b | a); with both masks before it, it
   * says something else.
   */
  private static ScriptedDenoiser pair() {
    return new ScriptedDenoiser(
        4,
        3,
        0,
        (position, seen, logits) -> {
          boolean isCausal = position == 1 ? seen.length == 2 : seen[1] != 3;
          for (int v = 0; v < 3; v++) {
            double q = position == 1 ? 1 + v : 1 + 2 * ((seen[1] + v) % 3);
            logits[v] = (float) Math.log(isCausal ? q : 3 - v * .8);
          }
          logits[3] = -50;
        });
  }

  private static double[] expected() {
    double[] expected = new double[9];
    for (int a = 0; a < 3; a++) {
      double total = 0;
      for (int b = 0; b < 3; b++) {
        total += 1 + 2 * ((a + b) % 3);
      }
      for (int b = 0; b < 3; b++) {
        expected[3 * a + b] = (1.0 + a) / 6 * (1 + 2 * ((a + b) % 3)) / total;
      }
    }
    return expected;
  }

  private static double chiSquare(Map<String, Object> more) {
    Map<String, Object> options = new HashMap<>(more);
    options.put("gen-length", 2);
    options.put("block-length", 3);
    options.put("temperature", 1);
    DecodeOptions checked = DecodeOptions.of("s2d2", options);
    int[] counts = new int[9];
    List<DecodeRequest> requests =
        java.util.stream.IntStream.range(0, SAMPLES)
            .mapToObj(i -> new DecodeRequest(new int[] {0}, checked, i))
            .toList();
    new Decoder(pair(), DecodeResources.none())
        .decodeAll(
            requests.iterator(),
            64,
            (i, result) -> counts[3 * result.ids()[0] + result.ids()[1]]++,
            null);
    double[] expected = expected();
    double sum = 0;
    for (int i = 0; i < 9; i++) {
      double e = SAMPLES * expected[i];
      sum += (counts[i] - e) * (counts[i] - e) / e;
    }
    return sum;
  }

  @Test
  void s2d2_followsTheCausalDistribution() {
    assertThat(chiSquare(Map.of())).isLessThan(CRITICAL);
  }

  @Test
  void s2d2_takingDraftsUnchecked_isCaught() {
    assertThat(chiSquare(Map.of("ssd-ratio-threshold", 0))).isGreaterThan(2 * CRITICAL);
  }

  /** A network that serves the exact conditionals of a joint distribution of two tokens. */
  private static ScriptedDenoiser joint(double[][] p) {
    return new ScriptedDenoiser(
        4,
        3,
        0,
        (position, seen, logits) -> {
          int other = seen[3 - position];
          for (int v = 0; v < 3; v++) {
            double mass = 0;
            for (int w = 0; w < 3; w++) {
              mass += other == 3 || other == w ? (position == 1 ? p[v][w] : p[w][v]) : 0;
            }
            logits[v] = (float) Math.log(mass);
          }
          logits[3] = -50;
        });
  }

  private static double chiSquareOfJoint(String algorithm, Map<String, Object> more) {
    double[][] p = {{.30, .02, .08}, {.05, .20, .05}, {.02, .08, .20}};
    Map<String, Object> options = new HashMap<>(more);
    options.put("gen-length", 2);
    options.put("temperature", 1);
    DecodeOptions checked = DecodeOptions.of(algorithm, options);
    int[] counts = new int[9];
    List<DecodeRequest> requests =
        java.util.stream.IntStream.range(0, SAMPLES)
            .mapToObj(i -> new DecodeRequest(new int[] {0}, checked, i))
            .toList();
    new Decoder(joint(p), DecodeResources.none())
        .decodeAll(
            requests.iterator(),
            64,
            (i, result) -> counts[3 * result.ids()[0] + result.ids()[1]]++,
            null);
    double sum = 0;
    for (int i = 0; i < 9; i++) {
      double e = SAMPLES * p[i / 3][i % 3];
      sum += (counts[i] - e) * (counts[i] - e) / e;
    }
    return sum;
  }

  /** In an order that does not look at the tokens drawn, exact conditionals give the joint. */
  @ParameterizedTest
  @ValueSource(strings = {"llada-random", "left-to-right", "dream-origin"})
  void oneTokenPerStep_followsTheJointDistribution(String algorithm) {
    Map<String, Object> options = algorithm.equals("dream-origin") ? Map.of("steps", 64) : Map.of();
    assertThat(chiSquareOfJoint(algorithm, options)).isLessThan(CRITICAL);
  }

  @ParameterizedTest
  @ValueSource(strings = {"llada-random", "left-to-right", "dream-origin"})
  void allTokensAtOnce_isCaught(String algorithm) {
    assertThat(chiSquareOfJoint(algorithm, Map.of("steps", 1))).isGreaterThan(10 * CRITICAL);
  }

  /** Every network over two tokens whose best token at each place depends on the others there. */
  @Test
  void freedave_isExactOnEveryTinyNetwork() {
    int parted = 0;
    for (int table = 0; table < 4096; table++) {
      int bits = table;
      ScriptedDenoiser network =
          new ScriptedDenoiser(
              3,
              2,
              0,
              (position, seen, logits) -> {
                int first = seen[1 + position % 3]; // two others decide, four cases each
                int second = seen[1 + (position + 1) % 3];
                int cell = 4 * (position - 1) + 2 * (first == 1 ? 1 : 0) + (second == 1 ? 1 : 0);
                int best = bits >> cell & 1;
                logits[best] = 1 + position * .125f + cell * .0625f;
                logits[1 - best] = 0;
                logits[2] = -50;
              });
      Map<String, Object> options = new HashMap<>();
      options.put("gen-length", 3);
      options.put("draft-steps", 1);
      int[] plain = decode(network, new int[] {0}, "freedave", options).ids();
      options.put("draft-steps", 3);
      assertThat(decode(network, new int[] {0}, "freedave", options).ids())
          .as("network %d", table)
          .isEqualTo(plain);
      options.put("confidence-threshold", 0); // takes drafts without a check: the control
      parted +=
          Arrays.equals(decode(network, new int[] {0}, "freedave", options).ids(), plain) ? 0 : 1;
    }
    assertThat(parted).isGreaterThan(1000);
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13})
  void apd_withTheDiffusionModelAlone_acceptsEverything(long seed) {
    Map<String, Object> options = new HashMap<>();
    options.put("gen-length", 8);
    options.put("temperature", 1);
    options.put("apd-mixture-weight", 1);
    options.put("seed", seed);
    DecodeResources resources =
        DecodeResources.none().withAuxiliary(ScriptedDenoiser.random(99, 12, 1, 2));
    DecodeResult result =
        new Decoder(ScriptedDenoiser.random(seed, 12, 1, 2), resources)
            .decode(new DecodeRequest(new int[] {1, 2}, DecodeOptions.of("apd", options)));
    assertThat(result.nfe()).isEqualTo(1);
    assertThat(result.auxiliaryNfe()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"0.5, 1", "0.9, 1", "0.95, 2"})
  void apd_acceptsByTheMixture(double weight, int accepted) {
    // the second position of the answer: diffusion (1.0, 1.2, 0), causal (3, 0, 0), draft 1
    float[] diffusion = {1.0f, 1.2f, 0, -50};
    ScriptedDenoiser main =
        new ScriptedDenoiser(
            4,
            3,
            1,
            (position, seen, logits) ->
                System.arraycopy(
                    position == 2 ? diffusion : new float[] {5, 0, 0, -50}, 0, logits, 0, 4));
    ScriptedDenoiser causal =
        new ScriptedDenoiser(
            4,
            3,
            1,
            (position, seen, logits) ->
                System.arraycopy(new float[] {3, 0, 0, -50}, 0, logits, 0, 4));
    int[] first = new int[1];
    Map<String, Object> options = new HashMap<>();
    options.put("gen-length", 2);
    options.put("apd-mixture-weight", weight);
    new Decoder(main, DecodeResources.none().withAuxiliary(causal))
        .decode(
            new DecodeRequest(new int[] {0}, DecodeOptions.of("apd", options)),
            (request, step) -> first[0] = step.step() == 0 ? step.positions().size() : first[0]);
    assertThat(first[0]).isEqualTo(accepted);
  }

  @Test
  void blockDiffusion_cachedEqualsFedInFull() {
    // block-exact keys: editing the future never changes what an earlier block sees
    ScriptedDenoiser network = ScriptedDenoiser.random(3, 10, 0, 2);
    Map<String, Object> options = new HashMap<>();
    options.put("gen-length", 8);
    options.put("block-length", 4);
    int[] prompt = {1, 2, 3, 4};
    int[] whole = decode(network, prompt, "block-static", options).ids();
    options.put("gen-length", 4);
    int[] start = decode(network, prompt, "block-static", options).ids();
    assertThat(Arrays.copyOf(whole, 4)).isEqualTo(start);
  }

  @ParameterizedTest
  @ValueSource(longs = {21, 22, 23})
  void oracle_givesTheAnswerOfOneTokenPerStep(long seed) {
    Map<String, Object> options = Map.of("gen-length", 12, "block-length", 6);
    ScriptedDenoiser network = mixed(seed);
    DecodeResult plain = decode(network, new int[] {1, 2}, "llada-low-confidence", options);
    DecodeResult ceiling = decode(network, new int[] {1, 2}, "oracle", options);
    assertThat(ceiling.ids()).isEqualTo(plain.ids());
    assertThat(ceiling.auxiliaryNfe()).isEqualTo(12);
    assertThat(ceiling.nfe()).isLessThan(12);
  }
}

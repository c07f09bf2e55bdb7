package org.unmask.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unmask.model.Conditioning;

class DecodeOptionsTest {

  @Test
  void of_fillsDefaultsThatFollowFromOthers() {
    DecodeOptions options = DecodeOptions.of("llada-low-confidence", Map.of("gen-length", 48));
    assertThat(options.blockLength()).isEqualTo(48);
    assertThat(options.steps()).isEqualTo(48);
    assertThat(DecodeOptions.of("threshold", Map.of("gen-length", 48)).blockLength()).isEqualTo(24);
    assertThat(DecodeOptions.of("threshold", Map.of("gen-length", 64)).blockLength()).isEqualTo(32);
  }

  @Test
  void of_readsStringsAndSnakeCase() {
    DecodeOptions options =
        DecodeOptions.of("threshold", Map.of("gen_length", "16", "threshold", "0.5", "seed", 7L));
    assertThat(options.genLength()).isEqualTo(16);
    assertThat(options.number("threshold")).isEqualTo(0.5);
    assertThat(options.seed()).isEqualTo(7);
  }

  @Test
  void of_nullCountsAsNotGiven() {
    Map<String, Object> given = new HashMap<>();
    given.put("steps", null);
    assertThat(DecodeOptions.of("threshold", given).steps()).isEqualTo(64);
  }

  @Test
  void with_derivesAnewWhatWasNotGiven() {
    DecodeOptions options = DecodeOptions.of("threshold", Map.of("gen-length", 64));
    assertThat(options.with("gen-length", 48).blockLength()).isEqualTo(24);
    assertThat(options.with("gen-length", 48).steps()).isEqualTo(48);
  }

  @Test
  void catalogue_usesOneTypePerName() {
    Map<String, Parameter.Type> types = new HashMap<>();
    for (Algorithm algorithm : Algorithms.all()) {
      for (Parameter parameter : algorithm.parameters()) {
        Parameter.Type before = types.putIfAbsent(parameter.name(), parameter.type());
        assertThat(before)
            .as("type of %s in %s", parameter.name(), algorithm)
            .isIn(null, parameter.type());
      }
    }
  }

  @Test
  void with_changesOneOption() {
    DecodeOptions options = DecodeOptions.of("threshold", Map.of());
    assertThat(options.with("threshold", 0.7).number("threshold")).isEqualTo(0.7);
    assertThat(options.with("threshold", 0.9)).isEqualTo(options);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          treshold             |                 | algorithm 'treshold' is unknown; did you mean 'threshold'?
          threshold            | threshhold=1    | has no option 'threshhold'; did you mean 'threshold'?
          llada-random         | threshold=1     | algorithm llada-random has no option 'threshold'; it takes gen-length
          threshold            | threshold=1.5   | option threshold cannot be '1.5'; give a number from 0.0 to 1.0
          threshold            | threshold=NaN   | option threshold cannot be 'NaN'
          threshold            | temperature=-1  | option temperature cannot be '-1'; give a number of at least 0.0
          threshold            | steps=0         | option steps cannot be '0'; give a whole number of at least 1
          threshold            | steps=many      | option steps cannot be 'many'; give a whole number
          threshold            | block-length=48 | block length 48 does not divide generation length 64; use 32 or 64
          threshold            | cache=triple    | option cache cannot be 'triple'; give one of none, prefix, dual
          dream-origin         | cache=dual      | algorithm dream-origin does not go with cache dual: a block's first call would unmask its first position without a draw; use none or window or similarity
          wino                 | cache=prefix    | wino does not go with cache prefix: a shadow row checks a token against the rows of this very call; use none
          threshold            | cache=vicinity  | that belongs to the loop of dinfer-threshold, credit and hierarchy
          threshold            | suppress-mask=1 | option suppress-mask cannot be '1'; give true or false
          llada-low-confidence | steps=65        | steps 65 exceed generation length 64
          """)
  void of_mistake_isNamedWithItsRemedy(String algorithm, String option, String message) {
    Map<String, Object> given = new HashMap<>();
    if (option != null) {
      given.put(
          option.substring(0, option.indexOf('=')), option.substring(option.indexOf('=') + 1));
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DecodeOptions.of(algorithm, given))
        .withMessageContaining(message);
  }

  @Test
  void of_stepsNotSharedOutEvenly_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DecodeOptions.of("llada-random", Map.of("block-length", 16, "steps", 30)))
        .withMessage("steps 30 cannot be shared out among 4 blocks; use 28 or 32");
  }

  @Test
  void cache_ofEveryAlgorithm_isTakenOrRefusedWithAReason() {
    for (Algorithm algorithm : Algorithms.all()) {
      if (algorithm.network() != Conditioning.FULL) {
        continue; // keeps what it needs by itself
      }
      for (String cache : CachePolicy.NAMES) {
        Map<String, Object> given = Map.of("cache", cache);
        if (algorithm.caches().contains(cache)) {
          assertThat(DecodeOptions.of(algorithm.id(), given).cache()).isEqualTo(cache);
        } else {
          assertThatIllegalArgumentException()
              .isThrownBy(() -> DecodeOptions.of(algorithm.id(), given))
              .withMessageMatching(".* does not go with cache " + cache + ": .{20,}; use .*");
        }
      }
    }
  }

  @Test
  void catalogue_describesEveryAlgorithm() {
    assertThat(Algorithms.all())
        .isNotEmpty()
        .allSatisfy(
            algorithm -> {
              assertThat(algorithm.title()).isNotBlank().doesNotEndWith(".");
              assertThat(algorithm.parameters())
                  .extracting(Parameter::name)
                  .containsAll(
                      algorithm.network() == Conditioning.FULL
                          ? List.of("gen-length", "block-length", "steps", "cache", "seed")
                          : List.of("gen-length", "temperature", "seed"));
              assertThat(algorithm.parameters())
                  .allSatisfy(p -> assertThat(p.name()).matches("[a-z0-9]+(-[a-z0-9]+)*"))
                  .allSatisfy(p -> assertThat(p.doc()).isNotBlank().doesNotEndWith("."));
              assertThat(DecodeOptions.of(algorithm.id(), Map.of()).algorithm())
                  .isSameAs(algorithm);
            });
  }
}

package org.unmask.decode;

import java.util.List;
import java.util.Map;

/** The options that every algorithm takes, their derived defaults and what they forbid. */
final class CommonOptions {

  static final String GEN_LENGTH = "gen-length";
  static final String BLOCK_LENGTH = "block-length";
  static final String STEPS = "steps";
  static final String TEMPERATURE = "temperature";
  static final String SEED = "seed";
  static final String CACHE = "cache";
  static final String EOS_ID = "eos-id";
  static final String EPS = "eps";
  static final String SUPPRESS_MASK = "suppress-mask";

  /** Options that speak of masks, and mean nothing to a network that has none. */
  static final List<String> OF_DENOISERS = List.of(BLOCK_LENGTH, STEPS, CACHE, EPS);

  private static final int MANY = Integer.MAX_VALUE;

  private CommonOptions() {}

  static List<Parameter> all() {
    return List.of(
        Parameter.integer(GEN_LENGTH, 64, 1, MANY, "tokens to generate"),
        Parameter.integer(
            BLOCK_LENGTH, null, 1, MANY, "tokens per block; divides the generation length"),
        Parameter.integer(
            STEPS, null, 1, MANY, "denoising steps over all blocks; default gen-length"),
        Parameter.number(
            TEMPERATURE, 0.0, 0, Double.MAX_VALUE, "sampling temperature; 0 is greedy"),
        new Parameter(
            SEED,
            Parameter.Type.INTEGER,
            0L,
            Long.MIN_VALUE,
            Long.MAX_VALUE,
            List.of(),
            "seed of all random numbers"),
        cache(List.of("none")),
        Parameter.number(EPS, 1e-3, 0, 1, "last noise level of the dream schedules"),
        Parameter.flag(SUPPRESS_MASK, true, "never propose the mask token"));
  }

  /** The end token of the algorithms that stop at one. */
  static Parameter eosId() {
    return Parameter.integer(
        EOS_ID, null, 0, MANY, "token that ends the text; default the model's");
  }

  static Parameter cache(List<String> choices) {
    return Parameter.choice(CACHE, "none", choices, "which keys and values are kept between calls");
  }

  /** Fills the defaults that follow from other options. */
  static void derive(Algorithm algorithm, Map<String, Object> values, boolean blockLengthGiven) {
    if (algorithm.parameter(BLOCK_LENGTH).isEmpty()) {
      return;
    }
    int genLength = (int) values.get(GEN_LENGTH);
    if (!blockLengthGiven) {
      int usual = (int) values.getOrDefault(BLOCK_LENGTH, genLength);
      values.put(BLOCK_LENGTH, largestDivisor(genLength, usual));
    }
    values.putIfAbsent(STEPS, genLength);
  }

  /** Refuses block lengths that do not divide the generation length. */
  static void checkBlocks(DecodeOptions options) {
    int genLength = options.genLength();
    int blockLength = options.blockLength();
    if (genLength % blockLength != 0) {
      throw new IllegalArgumentException(
          "block length "
              + blockLength
              + " does not divide generation length "
              + genLength
              + "; use "
              + neighbours(genLength, blockLength));
    }
  }

  /** Refuses steps that cannot be shared out evenly among the blocks. */
  static void checkSteps(DecodeOptions options) {
    int blocks = options.genLength() / options.blockLength();
    int steps = options.steps();
    if (steps % blocks != 0) {
      throw new IllegalArgumentException(
          "steps "
              + steps
              + " cannot be shared out among "
              + blocks
              + " blocks; use "
              + (steps < blocks ? "" : steps / blocks * blocks + " or ")
              + ceil(steps, blocks));
    }
  }

  /** Refuses more steps than tokens, for rules that unmask at least one token a step. */
  static void checkStepsNotAboveTokens(DecodeOptions options) {
    if (options.steps() > options.genLength()) {
      throw new IllegalArgumentException(
          "steps "
              + options.steps()
              + " exceed generation length "
              + options.genLength()
              + ", and each step unmasks at least one token; use "
              + options.genLength()
              + " or fewer");
    }
  }

  /** Refuses a temperature, for rules that are defined without one. */
  static void checkGreedy(DecodeOptions options) {
    if (options.temperature() > 0) {
      throw new IllegalArgumentException(
          "algorithm "
              + options.algorithm().id()
              + " is greedy and takes no temperature, was "
              + options.temperature()
              + "; leave it at 0");
    }
  }

  private static int ceil(int steps, int blocks) {
    return (steps + blocks - 1) / blocks * blocks;
  }

  private static String neighbours(int genLength, int blockLength) {
    int below = largestDivisor(genLength, blockLength);
    int above = Math.min(genLength, blockLength);
    while (above < genLength && genLength % above != 0) {
      above++;
    }
    return below == above ? Integer.toString(below) : below + " or " + above;
  }

  private static int largestDivisor(int number, int atMost) {
    int divisor = Math.min(number, atMost);
    while (number % divisor != 0) {
      divisor--;
    }
    return divisor;
  }
}

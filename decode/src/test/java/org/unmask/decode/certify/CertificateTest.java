package org.unmask.decode.certify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unmask.decode.DecodeOptions;
import org.unmask.decode.DecodeRequest;
import org.unmask.decode.DecodeResources;
import org.unmask.decode.DecodeResult;
import org.unmask.decode.Decoder;
import org.unmask.decode.speculative.AcceptanceRule;
import org.unmask.decode.speculative.Exactness;
import org.unmask.decode.speculative.IndependentRows;
import org.unmask.decode.speculative.Proposal;
import org.unmask.decode.speculative.Resample;
import org.unmask.decode.speculative.Residual;
import org.unmask.decode.speculative.SampleMatch;
import org.unmask.decode.speculative.Typical;
import org.unmask.model.Conditioning;

class CertificateTest {

  private static final int SAMPLES = 8_000;

  @Test
  void everyPairThatClaimsToBeExact_isExact() {
    for (AcceptanceRule rule : new AcceptanceRule[] {new SampleMatch(), new Residual()}) {
      for (Proposal proposal : Proposal.values()) {
        if (rule.exactness(proposal) == Exactness.EXACT) {
          assertThat(EnumeratedCheck.of(rule, proposal).value())
              .as("%s on %s", rule, proposal)
              .isLessThanOrEqualTo(1e-12);
          assertThat(EnumeratedCheck.oneRound(rule, proposal).value())
              .as("one round of %s on %s", rule, proposal)
              .isLessThanOrEqualTo(1e-12);
        }
      }
    }
  }

  /** The biases of released codes, larger than any rounding; enumerated, so always the same. */
  @Test
  void biasedRules_areCaught() {
    Map<String, Double> largest = new TreeMap<>();
    largest.put("resample", EnumeratedCheck.of(new Resample(), Proposal.INDEPENDENT).value());
    largest.put("rows", EnumeratedCheck.of(new IndependentRows(), Proposal.DETERMINISTIC).value());
    largest.put("top-k", EnumeratedCheck.of(new Residual(), Proposal.TOP_K).value());
    largest.put("noncausal", EnumeratedCheck.of(new Residual(), Proposal.NONCAUSAL).value());
    largest.put("typical", EnumeratedCheck.of(new Typical(0.09, 0.3), Proposal.TOP_K).value());
    System.Logger logger = System.getLogger(CertificateTest.class.getName());
    logger.log(System.Logger.Level.INFO, "largest TV: " + largest);
    assertThat(largest.values()).allMatch(distance -> distance > 0.1);
  }

  /** The specification's figures; the largest of 200 random targets varies by some hundredths. */
  @Test
  void releasedRules_areAsBiasedAsSpecified() {
    assertThat(EnumeratedCheck.oneRound(new IndependentRows(), Proposal.DETERMINISTIC).value())
        .as("ADED: p (1 - p), so a quarter at most")
        .isCloseTo(0.25, within(1e-3));
    assertThat(EnumeratedCheck.oneRound(new Resample(), Proposal.INDEPENDENT).value())
        .as("SPACE")
        .isCloseTo(0.26, within(0.03));
    assertThat(EnumeratedCheck.oneRound(new Residual(), Proposal.TOP_K).value())
        .as("Chimera")
        .isCloseTo(0.62, within(0.09));
    assertThat(EnumeratedCheck.oneRound(new Residual(), Proposal.NONCAUSAL).value())
        .as("SpecDiff")
        .isCloseTo(0.13, within(0.03));
  }

  @ParameterizedTest
  @CsvSource({
    "ar, sample-match",
    "speculative, sample-match",
    "speculative, residual",
    "prompt-lookup, sample-match",
    "prompt-lookup, residual",
    "aded, sample-match",
    "aded, residual",
    "swift, sample-match",
    "swift, residual",
    "specdiff, sample-match",
    "chimera, sample-match",
    "space, sample-match",
    "space, residual",
    "assd, sample-match",
    "assd, residual",
  })
  void everyAlgorithm_samplesTheNetworksLaw(String algorithm, String rule) {
    Certificate certificate =
        Certificate.of(DecodeOptions.of(algorithm, Map.of("rule", rule)), SAMPLES);
    assertThat(certificate.isExact()).isTrue();
    assertThat(certificate.findings()).allMatch(Finding::holds);
    assertThat(certificate.holds()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "space, space-released",
    "aded, aded-released",
    "chimera, residual",
    "specdiff, residual",
    "speculative, typical",
  })
  void negativeControls_fail(String algorithm, String rule) {
    Map<String, ?> options = Map.of("rule", rule, "lossy", true);
    Certificate certificate = Certificate.of(DecodeOptions.of(algorithm, options), SAMPLES);
    assertThat(certificate.isExact()).isFalse();
    assertThat(certificate.holds()).isFalse();
  }

  @Test
  void unverifiedParallelSampling_isCaught() {
    Map<String, ?> unverified = Map.of("rule", "tolerance", "ratio-bonus", 1, "lossy", true);
    assertThat(Certificate.of(DecodeOptions.of("assd", unverified), SAMPLES).findings())
        .noneMatch(Finding::holds);
  }

  @Test
  void assd_neverTakesMorePassesThanTokens() {
    ToyNetwork network = new ToyNetwork(6, Conditioning.RANK_ORDER, 3, 4, 0);
    Decoder decoder = new Decoder(network, DecodeResources.none().withEndTokens(5));
    DecodeOptions options =
        DecodeOptions.of("assd", Map.of("gen-length", 24, "temperature", 1, "draft-length", 5));
    for (int i = 0; i < 1000; i++) {
      DecodeResult result = decoder.decode(new DecodeRequest(new int[] {0, 1, 2}, options, i));
      assertThat(result.nfe()).as("sequence %d", i).isLessThanOrEqualTo(result.generatedTokens());
    }
  }

  @ParameterizedTest
  @CsvSource({"residual", "sample-match"})
  void assdWithBigrams_samplesTheNetworksLaw(String rule) {
    Certificate certificate =
        Certificate.of(
            DecodeOptions.of("assd", Map.of("rule", rule, "draft-by", "bigram")), SAMPLES);
    assertThat(certificate.isExact()).isTrue();
    assertThat(certificate.findings()).allMatch(Finding::holds);
  }

  @Test
  void unsoundPairs_areRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                DecodeOptions.of(
                    "aded", Map.of("carry-over", true, "rule", "residual", "temperature", 1)))
        .withMessage(
            "with carry-over, rule residual would draw other texts in another order of sequences;"
                + " use rule sample-match");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> DecodeOptions.of("specdiff", Map.of("rule", "residual", "temperature", 1)))
        .withMessage(
            "rule residual is not exact for noncausally drawn drafts of specdiff; use rule"
                + " sample-match, or lossy true to have it all the same");
    DecodeOptions.of(
        "specdiff", Map.of("rule", "residual", "temperature", 1, "draft-steps", 1)); // is sound
  }

  @Test
  void cascade_unprunedIsTheBestSequence() {
    assertThat(BruteForceCheck.of().value()).isZero();
  }

  /** The table of the specification, from 64 x 64 transition matrices. */
  @ParameterizedTest
  @CsvSource({"0.1, 0.023, 0.092", "0.5, 0.083, 0.408", "1.0, 0.072, 0.576", "1.5, 0.038, 0.556"})
  void gibbs_settlesOnTheTrueLawOneSiteAtATime(double coupling, double block, double all) {
    assertThat(IsingCheck.distance(coupling, IsingCheck.Kind.SEQUENTIAL)).isLessThan(1e-10);
    assertThat(IsingCheck.distance(coupling, IsingCheck.Kind.BLOCK)).isCloseTo(block, within(1e-3));
    assertThat(IsingCheck.distance(coupling, IsingCheck.Kind.ALL)).isCloseTo(all, within(1e-3));
  }

  @Test
  void pValues_areThoseOfTables() {
    assertThat(ChiSquare.upperGamma(0.5, 3.841458820694124 / 2)).isCloseTo(0.05, within(1e-12));
    assertThat(ChiSquare.upperGamma(31.5, 82.52872654 / 2)).isCloseTo(0.05, within(1e-8));
    assertThat(ChiSquare.upperGamma(5, 0)).isEqualTo(1);
  }
}

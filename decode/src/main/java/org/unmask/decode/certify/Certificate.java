package org.unmask.decode.certify;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.unmask.decode.DecodeOptions;
import org.unmask.decode.speculative.AcceptanceRule;
import org.unmask.decode.speculative.Exactness;
import org.unmask.decode.speculative.Proposal;

/**
 * What can be said for certain of an algorithm's output.
 *
 * @param claim how it drafts, by which rule it accepts, and what it claims
 * @param isExact whether it claims to be exact, so that a finding against it is a failure
 * @param findings of the tests
 */
public record Certificate(String claim, boolean isExact, List<Finding> findings) {

  /** Copies the findings. */
  public Certificate {
    findings = List.copyOf(findings);
  }

  /** Tells whether all tests stand. */
  public boolean holds() {
    return findings.stream().allMatch(Finding::holds);
  }

  /**
   * Tests an algorithm without a model.
   *
   * @param options of the algorithm; the rule among them is the one tested
   * @param samples outputs drawn for the chi-square test
   * @throws IllegalArgumentException if nothing is known of what it should do
   */
  public static Certificate of(DecodeOptions options, int samples) {
    String id = options.algorithm().id();
    if (id.equals("cascade")) {
      return new Certificate(
          "the best sequence of the order-m model, when nothing is pruned",
          true,
          List.of(BruteForceCheck.of()));
    }
    if (id.equals("gibbs")) {
      return new Certificate(
          "Gibbs sampling: exact one token at a time, another law in blocks",
          true,
          List.of(IsingCheck.of(0.1), IsingCheck.of(0.5), IsingCheck.of(1.0), IsingCheck.of(1.5)));
    }
    DecodeOptions sampled = options.with("temperature", 1.0);
    AcceptanceRule rule =
        sampled
            .rule()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "algorithm "
                            + id
                            + " makes no claim that could be certified; those that draft do, and"
                            + " cascade and gibbs"));
    Proposal proposal = sampled.proposal().orElseThrow();
    Exactness exactness = rule.exactness(proposal);
    List<Finding> findings = new ArrayList<>();
    findings.add(EnumeratedCheck.of(rule, proposal));
    findings.add(EnumeratedCheck.oneRound(rule, proposal));
    findings.add(SampledCheck.of(sampled, samples));
    String claim =
        String.format(
            Locale.ROOT,
            "rule %s on %s drafts: %s",
            rule.id(),
            proposal.name().toLowerCase(Locale.ROOT).replace('_', '-'),
            exactness.name().toLowerCase(Locale.ROOT));
    return new Certificate(claim, exactness == Exactness.EXACT, findings);
  }
}

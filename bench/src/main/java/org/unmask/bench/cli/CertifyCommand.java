package org.unmask.bench.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.unmask.bench.load.LoadedModel;
import org.unmask.decode.DecodeOptions;
import org.unmask.decode.DecodeRequest;
import org.unmask.decode.DecodeResult;
import org.unmask.decode.Decoder;
import org.unmask.decode.certify.Certificate;
import org.unmask.decode.certify.Finding;
import org.unmask.model.Conditioning;
import org.unmask.model.chat.ChatMessage;
import org.unmask.tasks.TaskData;
import org.unmask.tasks.parallelbench.ParallelBench;
import org.unmask.tasks.parallelbench.Sample;
import org.unmask.tasks.parallelbench.Task;
import org.unmask.tasks.parallelbench.Version;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** {@code unmask certify}: tests whether an algorithm's output is what it claims to be. */
@Command(
    name = "certify",
    modelTransformer = DecodingFlags.Adder.class,
    description = {
      "Test whether an algorithm that drafts gives the output of plain decoding.",
      "",
      "All choices of its acceptance rule are enumerated on random targets, the whole decoder is"
          + " sampled on a network of known law, and greedy text of a model is compared with plain"
          + " decoding. Prints total variation (TV) and p-value; exit code 1 if a test fails, as the"
          + " rules of some released codes do: see --rule and --lossy."
    })
final class CertifyCommand extends Verb implements DecodingFlags.Holder {

  private static final int GREEDY_TOKENS = 64;

  @Mixin ModelFlags modelFlags = new ModelFlags();

  @Option(
      names = "--samples",
      paramLabel = "N",
      defaultValue = "200000",
      order = 3,
      description = "Outputs drawn for the chi-square test.")
  int samples = 200_000;

  @Option(
      names = "--prompts",
      paramLabel = "N",
      defaultValue = "204",
      order = 4,
      description = "Prompts of the benchmark's tasks for the greedy test; 0 leaves it out.")
  int prompts = 204;

  private final DecodingFlags decoding = new DecodingFlags("speculative");

  @Override
  public DecodingFlags decoding() {
    return decoding;
  }

  @Override
  void run() throws IOException {
    if (samples < 1 || prompts < 0) {
      throw usage("--samples must be at least 1 and --prompts at least 0");
    }
    DecodeOptions options = decoding.options();
    Certificate certificate = Certificate.of(options, samples);
    List<Finding> findings = new ArrayList<>(certificate.findings());
    if (prompts > 0 && options.proposal().isPresent()) {
      findings.add(greedy(options));
    }
    print(certificate.claim(), options, findings);
    List<String> failed = findings.stream().filter(f -> !f.holds()).map(Finding::test).toList();
    if (!failed.isEmpty()) {
      terminal().out().flush();
      throw new IOException(
          "%s with rule %s is not exact: %s failed"
              .formatted(options.algorithm().id(), rule(options), String.join(", ", failed)));
    }
  }

  private static String rule(DecodeOptions options) {
    return options.rule().map(rule -> rule.id()).orElse("none");
  }

  /** Compares greedy text with that of plain decoding of the same weights. */
  private Finding greedy(DecodeOptions options) throws IOException {
    Conditioning kind = options.algorithm().network();
    boolean isChosen = spec.commandLine().getParseResult().hasMatchedOption("--model");
    modelFlags.model = isChosen ? modelFlags.model : kind.example();
    DecodeOptions drafted = options.with("temperature", 0).with("gen-length", GREEDY_TOKENS);
    Map<String, Integer> length = Map.of("gen-length", GREEDY_TOKENS);
    DecodeOptions plain =
        kind == Conditioning.RANK_ORDER
            ? DecodeOptions.of("assd", Map.of("gen-length", GREEDY_TOKENS, "draft-length", 1))
            : DecodeOptions.of("ar", length);
    try (LoadedModel model = modelFlags.open(terminal())) {
      Decoder decoder = model.decoder(drafted);
      int same = 0;
      int count = 0;
      long nfe = 0;
      long tokens = 0;
      for (int[] prompt : prompts(model)) {
        DecodeResult result = decoder.decode(new DecodeRequest(prompt, drafted));
        int[] expected = model.decoder().decode(new DecodeRequest(prompt, plain)).ids();
        same += Arrays.equals(result.ids(), expected) ? 1 : 0;
        count++;
        nfe += result.nfe();
        tokens += result.generatedTokens();
      }
      return new Finding(
          "greedy",
          String.format(
              Locale.ROOT,
              "%d of %d texts of %s the same as plain decoding, %.2f tokens a pass",
              same,
              count,
              model.name(),
              (double) tokens / nfe),
          count - same,
          same == count);
    }
  }

  private List<int[]> prompts(LoadedModel model) throws IOException {
    List<Task> tasks =
        ParallelBench.tasks(Version.of("paper-2510")).stream()
            .filter(task -> task.genLength() <= GREEDY_TOKENS && !task.id().contains("paraphrase"))
            .toList();
    List<int[]> ids = new ArrayList<>();
    for (Task task : tasks) {
      int share = Math.ceilDiv(prompts, tasks.size());
      for (Sample sample : TaskData.balanced(TaskData.generated(task, 42), share)) {
        ids.add(
            model
                .text()
                .chat(
                    task.messages(sample).stream()
                        .map(m -> new ChatMessage(m.role(), m.content()))
                        .toList()));
      }
    }
    return ids;
  }

  private void print(String claim, DecodeOptions options, List<Finding> findings) {
    if (json) {
      ObjectNode line = Json.object().put("algorithm", options.algorithm().id());
      line.put("rule", rule(options)).put("claim", claim);
      var list = line.putArray("findings");
      for (Finding finding : findings) {
        list.addObject()
            .put("test", finding.test())
            .put("text", finding.text())
            .put("value", finding.value())
            .put("holds", finding.holds());
      }
      print(line);
      return;
    }
    print(options.algorithm().id() + ", " + claim);
    for (Finding finding : findings) {
      print(
          String.format(
              Locale.ROOT,
              "  %-12s %-6s %s",
              finding.test(),
              finding.holds() ? "holds" : "FAILS",
              finding.text()));
    }
  }
}

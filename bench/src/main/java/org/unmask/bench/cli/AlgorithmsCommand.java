package org.unmask.bench.cli;

import java.util.List;
import java.util.Locale;
import org.unmask.decode.Algorithm;
import org.unmask.decode.Algorithms;
import org.unmask.decode.Parameter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code unmask algorithms}: the catalogue of decoding algorithms. */
@Command(
    name = "algorithms",
    description = "List the decoding algorithms, or show the options of one.")
final class AlgorithmsCommand extends Verb {

  @Parameters(arity = "0..1", paramLabel = "ID", description = "Show this algorithm's options.")
  String id = "";

  @Override
  void run() {
    if (!id.isEmpty()) {
      Algorithm algorithm = Algorithms.byId(id);
      if (json) {
        print(json(algorithm));
      } else {
        show(algorithm);
      }
      return;
    }
    for (Algorithm algorithm : Algorithms.all()) {
      if (json) {
        print(json(algorithm));
      } else {
        print(
            String.format(
                Locale.ROOT,
                "%-26s %s%s%s",
                algorithm.id(),
                algorithm.title(),
                source(algorithm),
                needs(algorithm)));
      }
    }
  }

  private static String source(Algorithm algorithm) {
    if (algorithm.paper().isEmpty()) {
      return "";
    }
    String arxiv = algorithm.arxiv().isEmpty() ? "" : ", arXiv " + algorithm.arxiv();
    return " (" + algorithm.paper() + arxiv + ")";
  }

  private static String needs(Algorithm algorithm) {
    List<String> needs = algorithm.needs();
    return needs.isEmpty() ? "" : "; needs " + String.join(", ", needs);
  }

  private void show(Algorithm algorithm) {
    print(algorithm.id() + ": " + algorithm.title() + source(algorithm));
    List<String> needs = algorithm.needs();
    print("  needs: " + (needs.isEmpty() ? "nothing but the model" : String.join(", ", needs)));
    print("  caches: " + String.join(", ", algorithm.caches()));
    for (Parameter parameter : algorithm.parameters()) {
      Object usual = parameter.defaultValue();
      print(
          String.format(
              Locale.ROOT,
              "  --%-20s %s; %s%s",
              parameter.name(),
              parameter.doc(),
              parameter.range(),
              usual == null ? "" : "; default " + usual));
    }
  }

  private static ObjectNode json(Algorithm algorithm) {
    ObjectNode node = Json.object().put("id", algorithm.id()).put("title", algorithm.title());
    node.put("paper", algorithm.paper()).put("arxiv", algorithm.arxiv());
    algorithm.needs().forEach(node.putArray("needs")::add);
    algorithm.caches().forEach(node.putArray("caches")::add);
    ArrayNode parameters = node.putArray("parameters");
    for (Parameter parameter : algorithm.parameters()) {
      ObjectNode each = parameters.addObject();
      each.put("name", parameter.name())
          .put("type", parameter.type().name().toLowerCase(Locale.ROOT))
          .put("doc", parameter.doc());
      Object usual = parameter.defaultValue();
      if (usual != null) {
        each.set("default", Json.MAPPER.valueToTree(usual));
      }
      parameter.choices().forEach(each.withArray("choices")::add);
    }
    return node;
  }
}

package org.unmask.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class RequestsTest {

  private static final String IDS = "[" + Cli.IDS + "]";

  @TempDir Path temp;

  private String file(String... lines) throws IOException {
    return Files.write(temp.resolve("requests.jsonl"), List.of(lines)).toString();
  }

  @Test
  void aRequestGivesTheLinesOfASingleRun() throws IOException {
    List<JsonNode> single =
        Cli.run(
                "trace",
                "--json",
                "--ids=" + Cli.IDS,
                "--gen-length=16",
                "--algorithm=threshold",
                "--threshold=0.6",
                "--block-length=8")
            .ok()
            .json();
    List<JsonNode> both =
        Cli.run(
                "trace",
                "--json",
                "--gen-length=16",
                "--algorithm=llada-low-confidence",
                "--requests",
                file(
                    "{\"ids\": " + IDS + ", \"steps\": 4}",
                    "",
                    "{\"ids\": "
                        + IDS
                        + ", \"algorithm\": \"threshold\", \"threshold\": 0.6, \"block_length\": 8,"
                        + " \"cache\": null}"))
            .ok()
            .json();
    assertThat(both.stream().filter(line -> line.path("request").asInt() == 0)).hasSize(5);
    List<JsonNode> second =
        both.stream().filter(line -> line.path("request").asInt() == 1).toList();
    assertThat(second).hasSameSizeAs(single);
    for (int i = 0; i < single.size(); i++) {
      JsonNode line = second.get(i).deepCopy();
      ((tools.jackson.databind.node.ObjectNode) line).remove("request");
      assertThat(line).isEqualTo(single.get(i));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"ids\": [1]                          | not valid JSON",
        "[1, 2]                                 | a request is a JSON object",
        "{\"idz\": [1]}                         | unknown key 'idz'",
        "{\"ids\": [1], \"model\": \"x\"}       | unknown key 'model'",
        "{\"ids\": [[1]]}                       | flat list",
        "{\"ids\": {\"a\": 1}}                  | cannot be an object",
        "{\"steps\": 4}                         | --ids",
        "{\"ids\": []}                          | empty list",
        "{\"ids\": [1.5]}                       | '1.5'",
        "{\"ids\": [1], \"algorithm\": \"x\"}   | algorithm 'x' is unknown",
        "{\"ids\": [1], \"steps\": 1000}        | steps 1000",
      })
  void aBadLine_isNamedAndNothingIsRun(String line, String words) throws IOException {
    Cli.run("trace", "--json", "--requests", file("{\"ids\": [1]}", "", line))
        .fails(2, "requests.jsonl line 3: ", words);
  }

  @Test
  void anEmptyFile() throws IOException {
    Cli.run("trace", "--requests", file("", " ")).fails(2, "holds no request");
  }

  @Test
  void tokenize_goesBothWays() throws IOException {
    List<JsonNode> lines =
        Cli.run(
                "tokenize",
                "--json",
                "--requests",
                file("{\"text\": \"Ann, @Bob & --Zoë 😀\"}", "{\"ids\": [2033, 65]}"))
            .ok()
            .json();
    assertThat(lines.get(0).path("request").asInt()).isZero();
    String ids = lines.get(0).path("ids").toString();
    assertThat(lines.get(1).path("decoded_with_special").asString()).startsWith("<|endoftext|>");
    assertThat(lines.get(1).path("decoded").asString()).doesNotContain("<|");
    String back =
        Cli.run("tokenize", "--ids", ids.substring(1, ids.length() - 1)).ok().lines().getFirst();
    assertThat(back).isEqualTo("Ann, @Bob & --Zoë 😀");
  }
}

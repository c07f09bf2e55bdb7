package org.unmask.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unmask.weights.Checkpoint;
import org.unmask.weights.safetensors.SafetensorsWriter;
import org.unmask.weights.safetensors.Tensor;

/** {@code unmask pull} against a hub that misbehaves: a shipped model, cut into two shards. */
class PullTest {

  private static final String FIRST = "model-00001-of-00002.safetensors";
  private static final String SECOND = "model-00002-of-00002.safetensors";

  @TempDir Path home;
  private ScriptedHub hub;
  private final Map<String, String> environment = new HashMap<>();

  @BeforeEach
  void start() throws IOException {
    hub = new ScriptedHub();
    Path shipped = Cli.HOME.resolve("weights/unmask-qwen-ar-3m");
    for (String file : List.of("config.json", "tokenizer.json", "tokenizer_config.json")) {
      hub.file(file, Files.readAllBytes(shipped.resolve(file)));
    }
    try (Checkpoint checkpoint = Checkpoint.open(shipped)) {
      List<Tensor> tensors = new ArrayList<>(checkpoint.tensors().values());
      Map<String, String> map = new HashMap<>();
      for (int s = 0; s < 2; s++) {
        String name = s == 0 ? FIRST : SECOND;
        List<Tensor> part = s == 0 ? tensors.subList(0, 5) : tensors.subList(5, tensors.size());
        Path file = home.resolve(name);
        SafetensorsWriter.write(file, part, Map.of());
        part.forEach(tensor -> map.put(tensor.name(), name));
        hub.file(name, Files.readAllBytes(file));
        Files.delete(file);
      }
      hub.file(
          "model.safetensors.index.json", Json.MAPPER.writeValueAsBytes(Map.of("weight_map", map)));
    }
    environment.put("HF_ENDPOINT", hub.address());
    environment.put("HF_HOME", home.toString());
    environment.put("HF_TOKEN", "hf_secret");
  }

  @AfterEach
  void stop() throws IOException {
    hub.close();
  }

  private Cli run(String... args) {
    return Cli.run(new Interrupt(), environment, args);
  }

  private Path snapshot() {
    return home.resolve("hub/models--org--tiny/snapshots").resolve(ScriptedHub.COMMIT);
  }

  private Cli pulls() throws IOException {
    Cli cli = run("pull", "org/tiny").ok();
    assertThat(cli.out().strip()).isEqualTo(snapshot().toString());
    assertThat(cli.err()).doesNotContain("hf_secret");
    assertThat(files(".incomplete")).isEmpty();
    assertThat(run("inspect", "org/tiny").ok().out()).containsPattern("runs +yes");
    return cli;
  }

  private Cli refuses(String... words) throws IOException {
    Cli cli = run("pull", "org/tiny");
    String last = cli.err().lines().reduce((a, b) -> b).orElse("");
    assertThat(cli.code()).isEqualTo(1);
    assertThat(cli.out()).isEmpty();
    assertThat(last).contains(words).doesNotContain("Exception");
    assertThat(cli.err()).doesNotContain("\tat ").doesNotContain("hf_secret");
    assertThat(home.resolve("hub/models--org--tiny/refs")).doesNotExist();
    for (Path blob : files("/blobs/[0-9a-f]{64}")) {
      assertThat(ScriptedHub.sha256(Files.readAllBytes(blob))).isEqualTo(name(blob));
    }
    return cli;
  }

  private List<Path> files(String pattern) throws IOException {
    try (Stream<Path> all = Files.walk(home)) {
      return all.filter(file -> file.toString().matches(".*" + pattern)).toList();
    }
  }

  private static String name(Path file) {
    return file.getFileName().toString();
  }

  @Test
  void shardedModel_isPulledOnce_andUsedOffline() throws IOException {
    Cli cli = pulls();
    assertThat(cli.err()).contains("unmask: 4 files, ", "unmask: 2 files, ", FIRST + " done");
    assertThat(hub.requests(FIRST)).containsExactly("Bearer hf_secret");
    environment.put("HF_HUB_OFFLINE", "1");
    assertThat(run("pull", "org/tiny").ok().out()).contains(ScriptedHub.COMMIT);
    String[] request = {"tokenize", "--text", "Ann Lee", "--model"};
    assertThat(run(with(request, "org/tiny")).ok().out())
        .isEqualTo(Cli.run(with(request, "unmask-qwen-ar-3m")).ok().out());
  }

  private static String[] with(String[] args, String last) {
    return Stream.concat(Stream.of(args), Stream.of(last)).toArray(String[]::new);
  }

  @Test
  void droppedConnection_isResumedByRange() throws IOException {
    hub.trick(SECOND, ScriptedHub.drop(300_000));
    assertThat(pulls().err()).contains(SECOND + ": the connection").contains("trying again");
    assertThat(hub.requests(SECOND)).hasSize(2);
    assertThat(hub.requests(SECOND).get(1)).matches("bytes=[1-9]\\d*- Bearer hf_secret");
  }

  @Test
  void redirectToAnotherHost_isFollowedWithoutTheToken() throws IOException {
    hub.redirect(FIRST, "localhost");
    pulls();
    assertThat(hub.requests(FIRST)).containsExactly("Bearer hf_secret", "");
  }

  @Test
  void wrongHashAndWrongLength_areFetchedAnew() throws IOException {
    byte[] wrong = hub.content(SECOND).clone();
    wrong[wrong.length - 1] ^= 1;
    hub.trick(SECOND, ScriptedHub.send(wrong));
    hub.trick(FIRST, ScriptedHub.send(Arrays.copyOf(hub.content(FIRST), 1000)));
    assertThat(pulls().err()).contains("the hash is wrong, starting over", "of ");
  }

  @Test
  void wrongHashTwice_isRefused() throws IOException {
    byte[] wrong = hub.content(SECOND).clone();
    wrong[wrong.length - 1] ^= 1;
    hub.trick(SECOND, ScriptedHub.send(wrong), ScriptedHub.send(wrong));
    refuses(SECOND, "its hash is wrong twice over");
    assertThat(snapshot().resolve(SECOND)).doesNotExist();
    pulls();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "401 | access denied (401); accept the model's terms on its page and set HF_TOKEN",
        "403 | access denied (403)",
        "404 | not found on http://127.0.0.1",
        "418 | the hub answered 418",
      })
  void refusal_isToldInOneLine(int status, String words) throws IOException {
    hub.trick("info", ScriptedHub.status(status));
    assertThat(refuses(words).err().strip().lines()).hasSize(1);
    hub.trick(FIRST, ScriptedHub.status(status));
    refuses(words, FIRST);
  }

  @Test
  void busyHub_isAskedAgain() throws IOException {
    hub.trick("info", ScriptedHub.status(503));
    hub.trick(FIRST, ScriptedHub.status(429, "Retry-After: 1"));
    assertThat(pulls().err()).contains("the hub answered 503; trying again", "answered 429");
  }

  @Test
  @Tag("slow")
  void hubThatStaysBusy_isGivenUp_andResumedLater() throws IOException {
    hub.trick(SECOND, ScriptedHub.drop(300_000));
    for (int i = 0; i < 6; i++) {
      hub.trick(SECOND, ScriptedHub.status(500));
    }
    refuses(SECOND, "the hub answered 500; pull again to resume where it stopped");
    assertThat(files(".incomplete")).hasSize(1);
    pulls();
    assertThat(hub.requests(SECOND)).last().asString().startsWith("bytes=");
  }

  @Test
  void noModel_isToldInOneLine() throws IOException {
    hub.file("model.safetensors.index.json", "{\"weight_map\":{\"a\":\"../../x\"}}".getBytes());
    refuses("'../../x'");
    hub.forget("model.safetensors.index.json");
    refuses("has no safetensors weights");
    hub.forget("config.json");
    refuses("not a model folder, it has no config.json");
    hub.trick("info", ScriptedHub.send("<html>".getBytes()));
    refuses("the hub's answer is not JSON");
  }

  @Test
  void terminal_showsOneBarForAllFiles() {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    Terminal terminal =
        new Terminal(
            new PrintWriter(out), new PrintWriter(err), false, true, false, environment, Cli.HOME);
    assertThat(Main.commandLine(terminal, new Interrupt()).execute("pull", "org/tiny")).isZero();
    terminal.err().flush();
    List<String> drawn = Arrays.stream(err.toString().split("[\r\n]+")).toList();
    assertThat(drawn.getLast()).startsWith("pull").contains("100%");
    assertThat(drawn.stream().filter(line -> !line.isBlank()).collect(Collectors.toSet()))
        .allMatch(line -> line.startsWith("pull"));
  }
}

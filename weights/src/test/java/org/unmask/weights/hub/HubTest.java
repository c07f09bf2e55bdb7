package org.unmask.weights.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmask.weights.Checkpoint;
import org.unmask.weights.safetensors.SafetensorsWriter;
import org.unmask.weights.safetensors.Tensor;

class HubTest {
  private static final String WEIGHTS = "model.safetensors";

  @TempDir private Path folder;
  private FakeHub server;
  private byte[] weights;

  @BeforeEach
  void start() throws IOException {
    server = new FakeHub();
    float[] values = new float[200_000];
    Random random = new Random(1);
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat();
    }
    Path file = folder.resolve("w");
    SafetensorsWriter.write(file, List.of(Tensor.of("w", values, values.length)), Map.of());
    weights = Files.readAllBytes(file);
    server.file("config.json", "{\"model_type\":\"llada\"}");
    server.file("tokenizer.json", "{}");
    server.file("README.md", "not needed to run");
    server.file(WEIGHTS, weights);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private HubConfig config() {
    return new HubConfig(
        server.address(),
        folder.resolve("cache"),
        Optional.of("secret"),
        false,
        3,
        2,
        Duration.ofMillis(1),
        Duration.ofSeconds(5));
  }

  private Path pull() throws IOException {
    return new Hub(config()).pull("org/tiny", "main", PullListener.SILENT);
  }

  private void assertRefused(String message) throws IOException {
    assertThatThrownBy(this::pull)
        .isInstanceOf(HubException.class)
        .hasMessageContaining(message)
        .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
    assertNoHalfFile();
  }

  /** Every blob under a final name has the content that its name, a hash, promises. */
  private void assertNoHalfFile() throws IOException {
    Path cache = Files.createDirectories(folder.resolve("cache"));
    try (Stream<Path> files = Files.walk(cache)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String hash = file.toRealPath().getFileName().toString();
        byte[] content = Files.readAllBytes(file);
        switch (hash.length()) {
          case 64 -> assertThat(FakeHub.sha256(content)).isEqualTo(hash);
          case 40 -> assertThat(FakeHub.gitBlobId(content)).isEqualTo(hash);
          default -> assertThat(hash).matches("main|.*\\.incomplete"); // a ref, or not final
        }
      }
    }
  }

  private void assertComplete(Path pulled) throws IOException {
    assertThat(Files.readAllBytes(pulled.resolve(WEIGHTS))).isEqualTo(weights);
    try (Checkpoint checkpoint = Checkpoint.open(pulled)) {
      assertThat(checkpoint.tensor("w").elements()).isEqualTo(200_000);
    }
    try (Stream<Path> files = Files.walk(folder.resolve("cache"))) {
      assertThat(files.filter(f -> f.toString().endsWith(".incomplete"))).isEmpty();
    }
  }

  @Test
  void pull_usesTheSharedCacheLayout() throws IOException {
    Path pulled = pull();
    Path model = folder.resolve("cache/models--org--tiny");
    assertThat(pulled).isEqualTo(model.resolve("snapshots").resolve(FakeHub.COMMIT));
    assertThat(model.resolve("refs/main")).hasContent(FakeHub.COMMIT);
    assertThat(model.resolve("blobs").resolve(FakeHub.sha256(weights))).exists();
    assertThat(pulled.resolve("README.md")).doesNotExist();
    assertComplete(pulled);
    assertThat(new Hub(config()).find("org/tiny", "main")).contains(pulled);
    assertThat(new Hub(config()).find("org/tiny", FakeHub.COMMIT)).contains(pulled);
    assertThat(new Hub(config()).find("org/tiny", "other")).isEmpty();
  }

  @Test
  void pull_again_fetchesNothing() throws IOException {
    pull();
    server.requests.clear();
    assertComplete(pull());
    assertThat(server.requests).containsExactly("info Bearer secret");
  }

  @Test
  void pull_reportsProgress() throws IOException {
    AtomicLong planned = new AtomicLong();
    Map<String, Long> advanced = new ConcurrentHashMap<>();
    server.trick(WEIGHTS, FakeHub.drop(1000), FakeHub.send(new byte[weights.length]));
    new Hub(config())
        .pull(
            "org/tiny",
            "main",
            new PullListener() {
              @Override
              public void planned(int files, long bytes) {
                planned.addAndGet(bytes);
              }

              @Override
              public void advanced(String file, long bytes) {
                advanced.merge(file, bytes, Long::sum);
              }
            });
    assertThat(advanced).containsOnlyKeys("config.json", "tokenizer.json", WEIGHTS);
    assertThat(advanced.values().stream().mapToLong(Long::longValue).sum())
        .isEqualTo(planned.get());
    assertThat(advanced).containsEntry(WEIGHTS, (long) weights.length);
  }

  @Test
  void pull_droppedConnection_resumesByRange() throws IOException {
    server.trick(WEIGHTS, FakeHub.drop(100_000));
    assertComplete(pull());
    assertThat(server.requestsFor(WEIGHTS))
        .hasSize(2)
        .last()
        .asString()
        .matches(WEIGHTS + " bytes=[1-9]\\d*- Bearer secret");
  }

  @Test
  void pull_afterAFailedRun_resumesWhereItStopped() throws IOException {
    server.trick(WEIGHTS, FakeHub.drop(300_000));
    server.trick(WEIGHTS, FakeHub.status(500), FakeHub.status(502), FakeHub.status(503));
    assertRefused("model.safetensors: the hub answered 502; pull again to resume");
    server.requests.clear();
    assertComplete(pull()); // after the third status, which is left over
    assertThat(server.requestsFor(WEIGHTS)).hasSize(2).allMatch(r -> r.contains("bytes="));
    assertThat(server.requestsFor("config.json")).isEmpty();
  }

  @Test
  void pull_serverIgnoresTheRange_startsOver() throws IOException {
    server.trick(WEIGHTS, FakeHub.drop(5_000), FakeHub.send(weights));
    assertComplete(pull());
  }

  @Test
  void pull_serverRefusesTheRange_startsOver() throws IOException {
    server.trick(WEIGHTS, FakeHub.drop(5_000), FakeHub.status(416));
    assertComplete(pull());
  }

  @Test
  void pull_wrongBytesOnce_startsOver() throws IOException {
    byte[] wrong = weights.clone();
    wrong[weights.length / 2] ^= 1;
    server.trick(WEIGHTS, FakeHub.send(wrong));
    assertComplete(pull());
  }

  @Test
  void pull_wrongBytesTwice_isRefused() throws IOException {
    byte[] wrong = weights.clone();
    wrong[weights.length / 2] ^= 1;
    server.trick(WEIGHTS, FakeHub.send(wrong), FakeHub.send(wrong));
    assertRefused("model.safetensors: its hash is wrong twice over");
  }

  @Test
  void pull_wrongSmallFile_isRefusedByItsGitHash() throws IOException {
    byte[] wrong = "{\"model_type\":\"LLADA\"}".getBytes();
    server.trick("config.json", FakeHub.send(wrong), FakeHub.send(wrong));
    assertRefused("config.json: its hash is wrong");
  }

  @Test
  void pull_wrongLength_isRetriedThenRefused() throws IOException {
    byte[] shorter = Arrays.copyOf(weights, 1000);
    byte[] longer = Arrays.copyOf(weights, weights.length + 1);
    server.trick(WEIGHTS, FakeHub.send(shorter), FakeHub.send(longer));
    assertComplete(pull());

    weights = weights.clone();
    weights[weights.length - 1] ^= 1; // other weights, so that they are not in the cache
    server.file(WEIGHTS, weights);
    server.trick(WEIGHTS, FakeHub.send(shorter), FakeHub.send(shorter), FakeHub.send(shorter));
    assertRefused("the connection ended after 1000 of 800");
  }

  @Test
  void pull_silentServer_isGivenUp() throws IOException {
    server.trick(WEIGHTS, FakeHub.stall(10));
    HubConfig impatient =
        new HubConfig(
            server.address(),
            folder.resolve("cache"),
            Optional.empty(),
            false,
            1,
            2,
            Duration.ofMillis(1),
            Duration.ofMillis(500));
    assertComplete(new Hub(impatient).pull("org/tiny", "main", PullListener.SILENT));
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 429, 500, 502, 503, 504})
  void pull_temporaryStatus_isRetried(int status) throws IOException {
    server.trick("info", FakeHub.status(status, "Retry-After", "0"));
    server.trick(WEIGHTS, FakeHub.status(status, "Retry-After", "soon"), FakeHub.status(status));
    assertComplete(pull());
  }

  @Test
  void pull_tooManyRequests_waitsAsLongAsAsked() throws IOException {
    server.trick("info", FakeHub.status(429, "Retry-After", "1"));
    long start = System.nanoTime();
    pull();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(990));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "401 | GatedRepo    | org/tiny: access denied (401); accept the model's terms",
        "401 | RepoNotFound | org/tiny: no such model, or a private one; check the name, or set",
        "403 | x            | org/tiny: access denied (403)",
        "404 | x            | org/tiny: not found on http",
        "400 | x            | org/tiny: the hub answered 400",
      })
  void pull_finalStatus_saysWhatToDo(int status, String code, String message) throws IOException {
    server.trick("info", FakeHub.status(status, "X-Error-Code", code));
    assertRefused(message);
    assertThat(server.requests).hasSize(1);
  }

  @Test
  void pull_missingFile_isRefused() throws IOException {
    server.trick(WEIGHTS, FakeHub.status(404));
    assertRefused("model.safetensors: not found");
  }

  @Test
  void pull_redirectToAnotherHost_keepsTheTokenHome() throws IOException {
    try (FakeHub cdn = new FakeHub()) {
      cdn.file(WEIGHTS, weights);
      cdn.trick(WEIGHTS, FakeHub.drop(9_999));
      FakeHub.Trick redirect = FakeHub.status(302, "Location", cdn.address() + "/x/" + WEIGHTS);
      server.trick(WEIGHTS, redirect, redirect);
      server.trick("config.json", FakeHub.status(307, "Location", "/moved/config.json"));
      assertComplete(pull());
      assertThat(cdn.requests).hasSize(2).noneMatch(request -> request.contains("secret"));
      assertThat(cdn.requests.get(1)).contains("bytes=");
      assertThat(server.requestsFor("config.json")).hasSize(2).allMatch(r -> r.contains("secret"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "ftp://x/y", "file:///etc/passwd", "http://", "::"})
  void pull_oddRedirect_isRefused(String location) throws IOException {
    server.trick("info", FakeHub.status(302, "Location", location));
    assertRefused("redirect");
  }

  @Test
  void pull_redirectLoop_isRefused() throws IOException {
    FakeHub.Trick[] loop = new FakeHub.Trick[20];
    Arrays.fill(loop, FakeHub.status(302, "Location", "/api/models/loop"));
    server.trick("info", loop);
    assertRefused("more than 8 redirects");
  }

  @Test
  void pull_noServer_isRefused() throws IOException {
    server.close();
    assertThatThrownBy(this::pull)
        .isInstanceOf(HubException.class)
        .hasMessageContaining("org/tiny: no answer from 127.0.0.1");
  }

  @Test
  void pull_shards_fetchesThoseOfTheIndex() throws IOException {
    FakeHub sharded = new FakeHub();
    try (FakeHub closing = sharded) {
      sharded.file("config.json", "{}");
      sharded.file("m-1.safetensors", weights);
      sharded.file("m-2.safetensors", weights); // equal content: one blob, two names
      sharded.file("unused.safetensors", new byte[] {1});
      sharded.file(
          "model.safetensors.index.json",
          "{\"weight_map\":{\"a\":\"m-1.safetensors\",\"b\":\"m-2.safetensors\"}}");
      HubConfig config =
          new HubConfig(
              closing.address(),
              folder.resolve("cache"),
              Optional.empty(),
              false,
              4,
              0,
              Duration.ZERO,
              Duration.ofSeconds(5));
      Path pulled = new Hub(config).pull("tiny", "refs/pr/1", PullListener.SILENT);
      assertThat(pulled.resolve("m-1.safetensors")).hasBinaryContent(weights);
      assertThat(pulled.resolve("m-2.safetensors")).hasBinaryContent(weights);
      assertThat(pulled.resolve("unused.safetensors")).doesNotExist();
      assertThat(folder.resolve("cache/models--tiny/refs/refs/pr/1")).hasContent(FakeHub.COMMIT);
      assertThat(sharded.requests.stream().filter(r -> r.startsWith("m-"))).hasSize(1);

      sharded.file("model.safetensors.index.json", "{\"weight_map\":{\"a\":\"../../x\"}}");
      assertThatThrownBy(() -> new Hub(config).pull("tiny", "main", PullListener.SILENT))
          .isInstanceOf(HubException.class)
          .hasMessageContaining("names '../../x', which the model lacks");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"sha\":\"../../../x\",\"siblings\":[]} | names no commit but '../../../x'",
        "[ | the hub's answer is not JSON",
        "{\"sha\":\"@\",\"siblings\":[]} | not a model folder, it has no config.json",
        "{\"sha\":\"@\",\"siblings\":[{\"rfilename\":\"config.json\",\"size\":1,\"blobId\":\"../x\"}]}"
            + " | no proper size and hash for 'config.json'",
        "{\"sha\":\"@\",\"siblings\":[{\"rfilename\":\"config.json\",\"size\":-1,\"blobId\":\"@\"}]}"
            + " | no proper size and hash for 'config.json'",
        "{\"sha\":\"@\",\"siblings\":[{\"rfilename\":\"config.json\",\"size\":1,\"blobId\":\"@\"}]}"
            + " | has no safetensors weights",
        "{\"sha\":\"@\",\"siblings\":[{\"rfilename\":\"config.json\",\"size\":1,\"blobId\":\"@\"},"
            + "{\"rfilename\":\"model.safetensors\",\"lfs\":{\"size\":9000000000000000000,"
            + "\"sha256\":\"@@@\"}}]} | no proper size and hash",
      })
  void pull_hostileAnswer_isRefused(String json, String message) throws IOException {
    server.info(json.replace("@", FakeHub.COMMIT));
    assertRefused(message);
  }

  @Test
  void pull_filesInFolders_areLeftAlone() throws IOException {
    server.file("../../evil.json", "{}");
    server.file(".hidden.json", "{}");
    server.file("onnx/config.json", "{}");
    assertComplete(pull());
    assertThat(server.requests).hasSize(4);
  }

  @Test
  void pull_moreThanTheDiskHolds_isRefused() throws IOException {
    String hash = FakeHub.sha256(new byte[0]);
    server.info(
        "{\"sha\":\"%s\",\"siblings\":[{\"rfilename\":\"config.json\",\"lfs\":{\"size\":%d,\"sha256\":\"%s\"}},"
                .formatted(FakeHub.COMMIT, Long.MAX_VALUE / 2, hash)
            + "{\"rfilename\":\"model.safetensors\",\"lfs\":{\"size\":1,\"sha256\":\"%s\"}}]}"
                .formatted(hash));
    assertRefused("MB free");
  }

  @Test
  void pull_offline_usesTheCacheOnly() throws IOException {
    Path pulled = pull();
    server.close();
    HubConfig offline =
        new HubConfig(
            server.address(),
            folder.resolve("cache"),
            Optional.empty(),
            true,
            1,
            0,
            Duration.ZERO,
            Duration.ofSeconds(1));
    assertThat(new Hub(offline).pull("org/tiny", "main", PullListener.SILENT)).isEqualTo(pulled);
    assertThatThrownBy(() -> new Hub(offline).pull("org/other", "main", PullListener.SILENT))
        .isInstanceOf(HubException.class)
        .hasMessageContaining("offline; pull it without HF_HUB_OFFLINE");
  }

  @Test
  void pull_interrupted_stopsAndResumesLater() throws Exception {
    server.trick(WEIGHTS, FakeHub.stall(100_000));
    Thread[] puller = new Thread[1];
    Throwable[] thrown = new Throwable[1];
    puller[0] =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    new Hub(config())
                        .pull(
                            "org/tiny",
                            "main",
                            new PullListener() {
                              @Override
                              public void advanced(String file, long bytes) {
                                if (file.equals(WEIGHTS) && bytes > 0) {
                                  puller[0].interrupt();
                                }
                              }
                            });
                  } catch (IOException e) {
                    thrown[0] = e;
                  }
                });
    puller[0].join(Duration.ofSeconds(8));
    assertThat(puller[0].isAlive()).isFalse();
    assertThat(thrown[0])
        .isInstanceOf(InterruptedIOException.class)
        .hasMessageContaining("pull again to resume");
    assertNoHalfFile();
    assertComplete(pull());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "/x", "a/b/c", "../x", "a/..", "a--b/c", "a b", "https://x/y", ".x/y"})
  void pull_badName_isRefused(String repo) throws IOException {
    assertThatThrownBy(() -> new Hub(config()).pull(repo, "main", PullListener.SILENT))
        .isInstanceOf(HubException.class)
        .hasMessageContaining("is no model name");
    assertThat(server.requests).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "../main", "a/../b", "/main", "a b", "a?b"})
  void pull_badRevision_isRefused(String revision) {
    assertThatThrownBy(() -> new Hub(config()).pull("org/tiny", revision, PullListener.SILENT))
        .isInstanceOf(HubException.class)
        .hasMessageContaining("is no revision");
  }

  @Test
  void configOf_readsTheEnvironment() throws IOException {
    Path home = folder.resolve("home");
    HubConfig plain = HubConfig.of(Map.of("HF_TOKEN", " "), home);
    assertThat(plain.cache()).isEqualTo(home.resolve(".cache/huggingface/hub"));
    assertThat(plain.endpoint().toString()).isEqualTo("https://huggingface.co");
    assertThat(plain.token()).isEmpty();
    assertThat(plain.offline()).isFalse();

    Files.writeString(folder.resolve("token"), "from-file\n");
    HubConfig set =
        HubConfig.of(
            Map.of(
                "HF_HOME", folder.toString(),
                "HF_ENDPOINT", "https://mirror.example/hf/",
                "HF_HUB_OFFLINE", "1"),
            home);
    assertThat(set.cache()).isEqualTo(folder.resolve("hub"));
    assertThat(set.endpoint().toString()).isEqualTo("https://mirror.example/hf");
    assertThat(set.token()).contains("from-file");
    assertThat(set.offline()).isTrue();
    assertThat(set.toString()).doesNotContain("from-file");
    assertThat(HubConfig.of(Map.of("HF_HUB_CACHE", "/c", "HF_TOKEN", "t"), home))
        .satisfies(c -> assertThat(c.cache()).isEqualTo(Path.of("/c")))
        .satisfies(c -> assertThat(c.token()).contains("t"));
    assertThatThrownBy(() -> HubConfig.of(Map.of("HF_ENDPOINT", "mirror"), home))
        .hasMessageContaining("HF_ENDPOINT must be an http or https address");
    assertThatThrownBy(() -> HubConfig.of(Map.of("HF_TOKEN", "a\nb"), home))
        .hasMessageContaining("HF_TOKEN: is not an access token");
  }
}

package org.unmask.bench.report;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A headless Chromium with one page, driven over its DevTools protocol: real key presses, real
 * sizes, real screenshots.
 */
final class Browser implements AutoCloseable {

  private static final JsonMapper JSON = new JsonMapper();
  private static final long SECONDS = 30;

  private final Path profile;
  private final Process process;
  private final WebSocket socket;
  private final Map<Integer, CompletableFuture<JsonNode>> waiting = new ConcurrentHashMap<>();
  private int calls;

  /** The browser of this machine: {@code UNMASK_BROWSER}, else Debian's names for it. */
  static Optional<Path> installed() {
    String named = System.getenv("UNMASK_BROWSER");
    return (named != null
            ? Stream.of(named)
            : Stream.of("/usr/bin/chromium", "/usr/bin/google-chrome"))
        .map(Path::of)
        .filter(Files::isExecutable)
        .findFirst();
  }

  Browser(Path program, Path profile) throws Exception {
    this.profile = profile;
    process =
        new ProcessBuilder(
                program.toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--hide-scrollbars",
                "--no-first-run",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "about:blank")
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      String port = URI.create(endpoint(process.errorReader())).getAuthority();
      HttpClient http = HttpClient.newHttpClient();
      socket =
          http.newWebSocketBuilder()
              .buildAsync(URI.create(page(http, port)), new Answers())
              .get(SECONDS, TimeUnit.SECONDS);
    } catch (Exception e) {
      process.destroyForcibly();
      throw e;
    }
  }

  /** Chromium says where it listens on its standard error, which must be read on for it to live. */
  private static String endpoint(BufferedReader errors) throws Exception {
    CompletableFuture<String> found = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                for (String line; (line = errors.readLine()) != null; ) {
                  if (line.startsWith("DevTools listening on ")) {
                    found.complete(line.substring("DevTools listening on ".length()).strip());
                  }
                }
              } catch (IOException e) {
                // the browser was closed
              }
              found.completeExceptionally(
                  new IOException("the browser ended without a DevTools port"));
            });
    return found.get(SECONDS, TimeUnit.SECONDS);
  }

  private static String page(HttpClient http, String port) throws Exception {
    var request = HttpRequest.newBuilder(URI.create("http://" + port + "/json/list")).build();
    String list = http.send(request, HttpResponse.BodyHandlers.ofString()).body();
    for (JsonNode target : JSON.readTree(list)) {
      if (target.get("type").asString().equals("page")) {
        return target.get("webSocketDebuggerUrl").asString();
      }
    }
    throw new IOException("the browser has no page: " + list);
  }

  /** Opens a file and waits until it has loaded. */
  void open(Path file) throws Exception {
    call("Page.navigate", Map.of("url", file.toUri().toString()));
    evaluate(
        "new Promise(done => document.readyState === 'complete' && location.protocol === 'file:'"
            + " ? done() : addEventListener('load', () => done()))");
  }

  /** What a JavaScript expression, or the promise it gives, comes to, as text. */
  String evaluate(String expression) throws Exception {
    JsonNode result =
        call(
            "Runtime.evaluate",
            Map.of("expression", expression, "awaitPromise", true, "returnByValue", true));
    if (result.has("exceptionDetails")) {
      throw new AssertionError(expression + ": " + result.get("exceptionDetails"));
    }
    JsonNode value = result.path("result").path("value");
    return value.isString() ? value.asString() : value.toString();
  }

  /** Presses and releases a key, named as in KeyboardEvent.key. */
  void press(String key) throws Exception {
    Map<String, Integer> codes =
        Map.of("Tab", 9, "Enter", 13, " ", 32, "Home", 36, "ArrowLeft", 37, "ArrowRight", 39);
    String text = key.equals("Enter") ? "\r" : key.equals(" ") ? " " : "";
    call(
        "Input.dispatchKeyEvent",
        Map.of(
            "type",
            text.isEmpty() ? "rawKeyDown" : "keyDown",
            "key",
            key,
            "code",
            key.equals(" ") ? "Space" : key,
            "text",
            text,
            "windowsVirtualKeyCode",
            codes.get(key)));
    call(
        "Input.dispatchKeyEvent",
        Map.of("type", "keyUp", "key", key, "windowsVirtualKeyCode", codes.get(key)));
  }

  /** Makes the page so many CSS pixels wide and high, as on a phone where {@code mobile}. */
  void size(int width, int height, boolean mobile) throws Exception {
    call(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", mobile));
  }

  /** Prefers {@code light} or {@code dark}, as the system of a reader would. */
  void scheme(String name) throws Exception {
    call(
        "Emulation.setEmulatedMedia",
        Map.of("features", new Object[] {Map.of("name", "prefers-color-scheme", "value", name)}));
  }

  /** The page as it looks now, a PNG. */
  byte[] screenshot() throws Exception {
    JsonNode shot =
        call("Page.captureScreenshot", Map.of("format", "png", "captureBeyondViewport", true));
    return Base64.getDecoder().decode(shot.get("data").asString());
  }

  private JsonNode call(String method, Map<String, ?> parameters) throws Exception {
    int id = ++calls;
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    waiting.put(id, answer);
    String message =
        JSON.writeValueAsString(Map.of("id", id, "method", method, "params", parameters));
    socket.sendText(message, true).get(SECONDS, TimeUnit.SECONDS);
    JsonNode whole = answer.get(SECONDS, TimeUnit.SECONDS);
    if (whole.has("error")) {
      throw new IOException(method + ": " + whole.get("error"));
    }
    return whole.get("result");
  }

  @Override
  public void close() throws Exception {
    socket.abort();
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly().waitFor(SECONDS, TimeUnit.SECONDS);
    for (String link : List.of("SingletonLock", "SingletonSocket", "SingletonCookie")) {
      Files.deleteIfExists(profile.resolve(link)); // they point out of the profile
    }
  }

  private final class Answers implements WebSocket.Listener {

    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        JsonNode message = JSON.readTree(text.toString());
        text.setLength(0);
        CompletableFuture<JsonNode> answer = waiting.remove(message.path("id").asInt(0));
        if (answer != null) {
          answer.complete(message);
        }
      }
      from.request(1);
      return null;
    }
  }
}

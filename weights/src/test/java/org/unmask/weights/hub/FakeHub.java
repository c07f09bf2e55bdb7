package org.unmask.weights.hub;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A hub on a local port that misbehaves as told: each path has a queue of tricks, used once each.
 */
final class FakeHub implements AutoCloseable {
  static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  /** One misbehaviour. */
  @FunctionalInterface
  interface Trick {
    void answer(HttpExchange exchange, byte[] content) throws IOException;
  }

  final List<String> requests = Collections.synchronizedList(new ArrayList<>());
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, byte[]> files = new TreeMap<>();
  private final Map<String, Deque<Trick>> tricks = new ConcurrentHashMap<>();
  private String info = "";

  FakeHub() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  URI address() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  void file(String name, byte[] content) {
    files.put(name, content);
  }

  void file(String name, String content) {
    file(name, content.getBytes(StandardCharsets.UTF_8));
  }

  /** Replaces what the hub says about the model. */
  void info(String json) {
    info = json;
  }

  /** Adds tricks for a file, or for {@code "info"}. */
  void trick(String name, Trick... more) {
    tricks.computeIfAbsent(name, n -> new ConcurrentLinkedDeque<>()).addAll(Arrays.asList(more));
  }

  /** Requests for a file, as {@code "name Range"} or {@code "name"}. */
  List<String> requestsFor(String name) {
    synchronized (requests) {
      return requests.stream().filter(r -> r.split(" ")[0].equals(name)).toList();
    }
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      boolean asksInfo = path.startsWith("/api/models/");
      String name = asksInfo ? "info" : path.substring(path.lastIndexOf('/') + 1);
      String range = exchange.getRequestHeaders().getFirst("Range");
      String token = exchange.getRequestHeaders().getFirst("Authorization");
      requests.add(name + (range == null ? "" : " " + range) + (token == null ? "" : " " + token));
      byte[] content = asksInfo ? infoJson().getBytes(StandardCharsets.UTF_8) : files.get(name);
      Trick trick = tricks.getOrDefault(name, new ArrayDeque<>()).poll();
      if (trick != null) {
        trick.answer(exchange, content);
      } else if (content == null) {
        status(404).answer(exchange, content);
      } else {
        serve(exchange, content);
      }
    }
  }

  private static void serve(HttpExchange exchange, byte[] content) throws IOException {
    String range = exchange.getRequestHeaders().getFirst("Range");
    int from = range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
    if (from > 0) {
      exchange
          .getResponseHeaders()
          .add(
              "Content-Range",
              "bytes %d-%d/%d".formatted(from, content.length - 1, content.length));
    }
    exchange.sendResponseHeaders(from > 0 ? 206 : 200, lengthOf(content.length - from));
    exchange.getResponseBody().write(content, from, content.length - from);
  }

  private static long lengthOf(int bytes) {
    return bytes == 0 ? -1 : bytes;
  }

  static Trick status(int status, String... headers) {
    return (exchange, content) -> {
      for (int i = 0; i < headers.length; i += 2) {
        exchange.getResponseHeaders().add(headers[i], headers[i + 1]);
      }
      exchange.sendResponseHeaders(status, -1);
    };
  }

  /** Promises everything and breaks the connection after some bytes. */
  static Trick drop(int after) {
    return (exchange, content) -> {
      exchange.sendResponseHeaders(200, content.length);
      exchange.getResponseBody().write(content, 0, after);
      exchange.getResponseBody().flush();
      throw new IOException("dropped on purpose"); // the server then cuts the connection
    };
  }

  /** Sends other bytes than it has, whatever was asked for. */
  static Trick send(byte[] bytes) {
    return (exchange, content) -> {
      exchange.sendResponseHeaders(200, lengthOf(bytes.length));
      exchange.getResponseBody().write(bytes);
    };
  }

  /** Sends some bytes and then nothing for ten seconds. */
  static Trick stall(int after) {
    return (exchange, content) -> {
      exchange.sendResponseHeaders(200, content.length);
      exchange.getResponseBody().write(content, 0, after);
      exchange.getResponseBody().flush();
      try {
        Thread.sleep(10_000);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    };
  }

  private String infoJson() {
    if (!info.isEmpty()) {
      return info;
    }
    List<String> siblings = new ArrayList<>();
    files.forEach(
        (name, content) ->
            siblings.add(
                name.endsWith(".safetensors")
                    ? "{\"rfilename\":\"%s\",\"size\":%d,\"blobId\":\"x\",\"lfs\":{\"sha256\":\"%s\",\"size\":%d}}"
                        .formatted(name, content.length, sha256(content), content.length)
                    : "{\"rfilename\":\"%s\",\"size\":%d,\"blobId\":\"%s\"}"
                        .formatted(name, content.length, gitBlobId(content))));
    return "{\"sha\":\"%s\",\"siblings\":[%s]}".formatted(COMMIT, String.join(",", siblings));
  }

  static String sha256(byte[] content) {
    return hex("SHA-256", content);
  }

  static String gitBlobId(byte[] content) {
    byte[] header = ("blob " + content.length + "\0").getBytes(StandardCharsets.US_ASCII);
    byte[] all = Arrays.copyOf(header, header.length + content.length);
    System.arraycopy(content, 0, all, header.length, content.length);
    return hex("SHA-1", all);
  }

  private static String hex(String algorithm, byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}

package org.unmask.bench.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * A hub on a local port, over bare sockets, so that it can break every rule: each file has a queue
 * of tricks, used once each. One request a connection.
 */
final class ScriptedHub implements AutoCloseable {

  static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  /** Answers in a way of its own. */
  @FunctionalInterface
  interface Trick {
    void answer(OutputStream out, byte[] content) throws IOException;
  }

  private final ServerSocket server;
  private final Map<String, byte[]> files = Collections.synchronizedMap(new TreeMap<>());
  private final Map<String, Deque<Trick>> tricks = new ConcurrentHashMap<>();
  private final List<String> requests = Collections.synchronizedList(new ArrayList<>());

  ScriptedHub() throws IOException {
    server = new ServerSocket(0);
    Thread.ofVirtual().start(this::accept);
  }

  String address() {
    return "http://127.0.0.1:" + server.getLocalPort();
  }

  void file(String name, byte[] content) {
    files.put(name, content);
  }

  void forget(String name) {
    files.remove(name);
  }

  byte[] content(String name) {
    return files.get(name);
  }

  /** Adds tricks for a file, or for {@code "info"}. */
  void trick(String name, Trick... more) {
    tricks.computeIfAbsent(name, _ -> new ConcurrentLinkedDeque<>()).addAll(List.of(more));
  }

  /** Sends the first request for a file to the same server by another name. */
  void redirect(String name, String host) {
    trick(
        name,
        status(302, "Location: http://" + host + ":" + server.getLocalPort() + "/cdn/" + name));
  }

  /** Returns the range and the authorization of each request for a file. */
  List<String> requests(String name) {
    synchronized (requests) {
      return requests.stream()
          .filter(request -> request.startsWith(name + "|"))
          .map(request -> request.substring(name.length() + 1).strip())
          .toList();
    }
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        Thread.ofVirtual().start(() -> handle(socket));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void handle(Socket socket) {
    try (socket) {
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
      String first = in.readLine();
      if (first == null) {
        return; // the client changed its mind
      }
      String path = first.split(" ")[1];
      String range = "";
      String token = "";
      for (String line = in.readLine(); !line.isEmpty(); line = in.readLine()) {
        String value = line.substring(line.indexOf(':') + 1).strip();
        range = line.regionMatches(true, 0, "Range:", 0, 6) ? value : range;
        token = line.regionMatches(true, 0, "Authorization:", 0, 14) ? value : token;
      }
      boolean asksInfo = path.startsWith("/api/models/");
      String name = asksInfo ? "info" : path.substring(path.lastIndexOf('/') + 1);
      requests.add(name + "|" + range + " " + token);
      byte[] content = asksInfo ? info() : files.get(name);
      Trick trick = tricks.getOrDefault(name, new ConcurrentLinkedDeque<>()).poll();
      OutputStream out = socket.getOutputStream();
      if (trick != null) {
        trick.answer(out, content);
      } else if (content == null) {
        status(404).answer(out, content);
      } else {
        serve(out, content, range);
      }
      out.flush();
    } catch (IOException e) {
      // the client went away, or a trick broke the connection
    }
  }

  private static void serve(OutputStream out, byte[] content, String range) throws IOException {
    int from = range.isEmpty() ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
    String partly =
        "\r\nContent-Range: bytes %d-%d/%d".formatted(from, content.length - 1, content.length);
    head(out, from > 0 ? "206 Partial Content" + partly : "200 OK", content.length - from);
    out.write(content, from, content.length - from);
  }

  private static void head(OutputStream out, String status, int length) throws IOException {
    String head =
        "HTTP/1.1 %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n".formatted(status, length);
    out.write(head.getBytes(StandardCharsets.ISO_8859_1));
  }

  static Trick status(int status, String... headers) {
    String more = headers.length == 0 ? "" : "\r\n" + String.join("\r\n", headers);
    return (out, _) -> head(out, status + " So" + more, 0);
  }

  /** Promises everything and breaks the connection after some bytes. */
  static Trick drop(int after) {
    return (out, content) -> {
      head(out, "200 OK", content.length);
      out.write(content, 0, after);
    };
  }

  /** Sends other bytes than it has, whatever was asked for. */
  static Trick send(byte[] bytes) {
    return (out, _) -> {
      head(out, "200 OK", bytes.length);
      out.write(bytes);
    };
  }

  private byte[] info() {
    List<Map<String, Object>> siblings = new ArrayList<>();
    synchronized (files) {
      files.forEach(
          (name, content) ->
              siblings.add(
                  Map.of(
                      "rfilename",
                      name,
                      "lfs",
                      Map.of("sha256", sha256(content), "size", content.length))));
    }
    return Json.MAPPER.writeValueAsBytes(Map.of("sha", COMMIT, "siblings", siblings));
  }

  static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}

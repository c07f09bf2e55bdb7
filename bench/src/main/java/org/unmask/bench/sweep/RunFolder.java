package org.unmask.bench.sweep;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.unmask.decode.trace.RecordedTrace;
import org.unmask.decode.trace.TraceFile;
import org.unmask.decode.trace.TraceWriter;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The folder of one run: {@code manifest.json}, {@code samples.jsonl}, {@code summary.json} and
 * {@code report.html}.
 *
 * <p>{@code samples.jsonl} only ever grows, by one whole line per sample as soon as it is done, so
 * that a run killed at any moment goes on from there: a last line cut short is dropped, the others
 * are kept. The other files are replaced as a whole. A lock keeps a second process out.
 *
 * <p>Safe for use by several threads.
 */
public final class RunFolder implements AutoCloseable {

  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final JsonMapper PRETTY =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
  private static final String MANIFEST = "manifest.json";
  private static final String SAMPLES = "samples.jsonl";

  /** The file of averages, the same bytes for the same plan on every machine. */
  public static final String SUMMARY = "summary.json";

  private static final String TRACES = "traces.jsonl";
  private static final String QUESTIONS = "questions.jsonl";

  private final Path folder;
  private final FileChannel samples;
  private final Map<SampleRow.Key, SampleRow> rows = new LinkedHashMap<>();

  private RunFolder(Path folder, FileChannel samples) {
    this.folder = folder;
    this.samples = samples;
  }

  /**
   * Opens a run, new or begun earlier.
   *
   * @param folder created if missing
   * @param plan what the run measures; must equal the plan the run was begun with
   * @param session where and how this process runs; added to the manifest's list
   * @param warn receives a line for anything repaired
   * @throws IOException if the folder cannot be written, is in use, or holds something else
   * @throws IllegalArgumentException if the run was begun with another plan
   */
  public static RunFolder open(
      Path folder, ObjectNode plan, ObjectNode session, Consumer<String> warn) throws IOException {
    FileChannel channel = lock(folder);
    RunFolder run = new RunFolder(folder, channel);
    try {
      run.joinManifest(plan, session);
      run.readSamples(warn);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
    return run;
  }

  /**
   * Opens a run that exists, to look at it.
   *
   * @param folder its folder
   * @param warn receives a line for anything repaired
   * @throws IOException if it is no run, or in use
   */
  public static RunFolder reopen(Path folder, Consumer<String> warn) throws IOException {
    if (!Files.exists(folder.resolve(MANIFEST))) {
      throw new IOException(folder + " is no run: it holds no manifest.json");
    }
    FileChannel channel = lock(folder);
    RunFolder run = new RunFolder(folder, channel);
    try {
      read(folder.resolve(MANIFEST));
      run.readSamples(warn);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
    return run;
  }

  private static FileChannel lock(Path folder) throws IOException {
    FileChannel channel;
    try {
      Files.createDirectories(folder);
      channel =
          FileChannel.open(
              folder.resolve(SAMPLES),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
    } catch (FileSystemException e) {
      String reason = e.getReason() == null ? e.getClass().getSimpleName() : e.getReason();
      throw new IOException(
          "cannot write the run folder "
              + folder
              + " ("
              + reason
              + "); name another with --runs-dir or --name",
          e);
    }
    try {
      if (channel.tryLock() != null) {
        return channel;
      }
    } catch (OverlappingFileLockException e) {
      // held by this very process: the same message
    }
    channel.close();
    throw new IOException(
        "run folder "
            + folder
            + " is in use by another process; wait for it or use another --name");
  }

  private void joinManifest(ObjectNode plan, ObjectNode session) throws IOException {
    Path file = folder.resolve(MANIFEST);
    ObjectNode manifest;
    if (Files.exists(file)) {
      manifest = read(file);
      String difference = difference("", manifest.path("plan"), plan);
      if (difference != null) {
        throw new IllegalArgumentException(
            "run "
                + folder.getFileName()
                + " was begun with other options ("
                + difference
                + "); repeat them or use another --name");
      }
    } else {
      if (samples.size() > 0) {
        throw new IOException(folder + " holds samples but no manifest.json; use another --name");
      }
      manifest = MAPPER.createObjectNode();
      manifest.set("plan", plan);
      manifest.putArray("sessions");
    }
    ((ArrayNode) manifest.withArray("sessions")).add(session);
    manifest.remove("sha256"); // no longer true
    write(MANIFEST, pretty(manifest));
  }

  private static ObjectNode read(Path file) throws IOException {
    try {
      return (ObjectNode) MAPPER.readTree(Files.readString(file));
    } catch (JacksonException | ClassCastException e) {
      throw new IOException(file + " is not a manifest; use another --name", e);
    }
  }

  /** Returns the first place where two plans differ, in words, or null. */
  private static @Nullable String difference(String at, JsonNode before, JsonNode now) {
    if (before.equals(now) || before.isNumber() && before.asString().equals(now.asString())) {
      return null;
    }
    if (before.isObject() && now.isObject()) {
      for (String name : names(before, now)) {
        String path = at.isEmpty() ? name : at + "." + name;
        String difference = difference(path, before.path(name), now.path(name));
        if (difference != null) {
          return difference;
        }
      }
      return null;
    }
    if (before.isArray() && now.isArray() && before.size() == now.size()) {
      for (int i = 0; i < before.size(); i++) {
        String difference = difference(at + "[" + i + "]", before.get(i), now.get(i));
        if (difference != null) {
          return difference;
        }
      }
      return null;
    }
    return at + " was " + brief(before) + ", now " + brief(now);
  }

  private static Set<String> names(JsonNode a, JsonNode b) {
    Map<String, Boolean> names = new LinkedHashMap<>();
    a.propertyNames().forEach(name -> names.put(name, true));
    b.propertyNames().forEach(name -> names.put(name, true));
    return names.keySet();
  }

  private static String brief(JsonNode node) {
    if (node.isMissingNode()) {
      return "not set";
    }
    if (node.isArray() && !node.isEmpty()) {
      return "a list of " + node.size();
    }
    return node.isValueNode() ? node.asString() : node.toString();
  }

  private void readSamples(Consumer<String> warn) throws IOException {
    byte[] bytes = Files.readAllBytes(folder.resolve(SAMPLES));
    int start = 0;
    int number = 1;
    while (start < bytes.length) {
      int end = start;
      while (end < bytes.length && bytes[end] != '\n') {
        end++;
      }
      boolean last = end >= bytes.length - 1;
      SampleRow row = parse(new String(bytes, start, end - start, StandardCharsets.UTF_8));
      if (row == null) {
        if (!last) {
          throw new IOException(
              folder.resolve(SAMPLES)
                  + " line "
                  + number
                  + " is not a sample; delete the line to measure it again");
        }
        warn.accept(
            "dropped the last line of " + SAMPLES + ", which was cut short; measuring it again");
        break;
      }
      rows.putIfAbsent(row.key(), row);
      start = end + 1;
      number++;
    }
    samples.truncate(Math.min(start, bytes.length));
    samples.position(samples.size());
    if (start > bytes.length) { // a whole row without its line feed
      append(new byte[] {'\n'});
    }
  }

  private static @Nullable SampleRow parse(String line) {
    try {
      SampleRow row = MAPPER.readValue(line, SampleRow.class);
      return row == null || row.scores() == null || (row.nfe() < 1 && !row.failed()) ? null : row;
    } catch (JacksonException e) {
      return null;
    }
  }

  /** Tells whether a sample has been measured. */
  public synchronized boolean has(SampleRow.Key key) {
    return rows.containsKey(key);
  }

  /** Returns the rows measured so far, in the order they were. */
  public synchronized List<SampleRow> rows() {
    return new ArrayList<>(rows.values());
  }

  /**
   * Stores rows; each is in the file, whole, when this returns.
   *
   * @throws IOException if the disk refuses them
   */
  public synchronized void append(Collection<SampleRow> measured) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (SampleRow row : measured) {
      if (rows.putIfAbsent(row.key(), row) == null) {
        lines.append(MAPPER.writeValueAsString(row)).append('\n');
      }
    }
    append(lines.toString().getBytes(StandardCharsets.UTF_8));
  }

  private void append(byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      samples.write(buffer);
    }
  }

  /**
   * Stores how a sample was decoded. To be called before its row is stored, so that a run killed in
   * between has the trace twice rather than not at all.
   *
   * @throws IOException if the disk refuses it
   */
  public synchronized void appendTrace(List<String> lines) throws IOException {
    Files.writeString(
        folder.resolve(TRACES),
        "\n" + String.join("\n", lines) + "\n", // the empty line ends what a kill cut short
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  /** Returns the traces recorded so far, each sample's last one; one cut short is no trace. */
  public List<Trace> traces() throws IOException {
    List<Trace> traces = new ArrayList<>();
    for (List<String> lines : traceLines()) {
      traces.add(Trace.of(TraceFile.of(String.join("\n", lines)).traces().getFirst()));
    }
    return traces;
  }

  /** Returns the lines of the traces recorded so far, likewise. */
  public List<List<String>> traceLines() throws IOException {
    if (!Files.exists(folder.resolve(TRACES))) {
      return List.of();
    }
    List<List<String>> blocks = new ArrayList<>();
    String text = new String(Files.readAllBytes(folder.resolve(TRACES)), StandardCharsets.UTF_8);
    for (String line : text.lines().filter(l -> !l.isBlank()).toList()) {
      if (line.startsWith("{\"" + TraceWriter.MARK + "\"")) {
        blocks.add(new ArrayList<>());
      }
      if (!blocks.isEmpty()) {
        blocks.getLast().add(line);
      }
    }
    Map<SampleRow.Key, List<String>> traces = new LinkedHashMap<>();
    for (List<String> block : blocks) {
      if (block.getLast().startsWith("{\"final_ids\"") && block.getLast().endsWith("}")) {
        RecordedTrace run = TraceFile.of(String.join("\n", block)).traces().getFirst();
        traces.put(Trace.of(run).key(), block);
      }
    }
    return List.copyOf(traces.values());
  }

  /** Stores what the samples ask. */
  public void writeQuestions(List<Question> questions) throws IOException {
    StringBuilder lines = new StringBuilder();
    questions.forEach(q -> lines.append(MAPPER.writeValueAsString(q)).append('\n'));
    write(QUESTIONS, lines.toString());
  }

  /** Returns what the samples ask. */
  public List<Question> questions() throws IOException {
    return lines(QUESTIONS, Question.class);
  }

  private <T> List<T> lines(String name, Class<T> type) throws IOException {
    List<T> read = new ArrayList<>();
    if (Files.exists(folder.resolve(name))) {
      String text = new String(Files.readAllBytes(folder.resolve(name)), StandardCharsets.UTF_8);
      for (String line : text.lines().filter(l -> !l.isBlank()).toList()) {
        try {
          read.add(MAPPER.readValue(line, type));
        } catch (JacksonException e) {
          // cut short by a kill, and written again since
        }
      }
    }
    return read;
  }

  /** Returns how many lines the file of samples has. */
  public long lines() throws IOException {
    try (var lines = Files.lines(folder.resolve(SAMPLES))) {
      return lines.count();
    }
  }

  /** Returns the SHA-256 of a file of the folder, in hexadecimal. */
  public String sha256(String name) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(Files.readAllBytes(folder.resolve(name))));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Writes the hashes of some files into the manifest. */
  public void seal(List<String> names) throws IOException {
    ObjectNode manifest = manifest();
    ObjectNode hashes = manifest.putObject("sha256");
    for (String name : names) {
      if (Files.exists(folder.resolve(name))) {
        hashes.put(name, sha256(name));
      }
    }
    write(MANIFEST, manifest);
  }

  /** Returns a document as the files of the folder hold it. */
  static String pretty(JsonNode document) {
    return PRETTY.writeValueAsString(document) + "\n";
  }

  /** Returns the manifest as stored. */
  public ObjectNode manifest() throws IOException {
    return read(folder.resolve(MANIFEST));
  }

  /** Returns the folder. */
  public Path path() {
    return folder;
  }

  /** Replaces a file of the folder by a pretty-printed JSON document. */
  public void write(String name, JsonNode document) throws IOException {
    write(name, pretty(document));
  }

  /** Replaces a file of the folder, so that readers see the old content or the new, never half. */
  public void write(String name, String content) throws IOException {
    Path temporary = folder.resolve(name + ".tmp");
    Files.writeString(temporary, content);
    Files.move(
        temporary,
        folder.resolve(name),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  /** Releases the lock. */
  @Override
  public void close() throws IOException {
    samples.close();
  }
}

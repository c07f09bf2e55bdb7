package org.unmask.bench.learn;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.unmask.decode.FilterRow;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Rows to train a filter with, as JSON Lines: first what they were collected with, then the rows of
 * one prompt a line. A line is there in full or not at all, so collecting can be stopped and go on.
 */
public final class RowFile implements AutoCloseable {

  private static final JsonMapper MAPPER = JsonMapper.shared();
  private static final String REMEDY = "; name another with --out";

  /**
   * The rows of one prompt.
   *
   * @param task task id
   * @param index number of the sample in its task
   * @param genLength tokens generated
   * @param rows in the order of decoding
   */
  public record Prompt(String task, int index, int genLength, List<FilterRow> rows) {}

  /**
   * A file's content.
   *
   * @param origin what the rows were collected with
   * @param prompts in the order of the file
   */
  public record Content(JsonNode origin, List<Prompt> prompts) {}

  private final FileChannel channel;
  private final List<Prompt> prompts;

  private RowFile(FileChannel channel, List<Prompt> prompts) {
    this.channel = channel;
    this.prompts = prompts;
  }

  /**
   * Opens a file to add to it, new or begun earlier. A line cut off by a crash is dropped.
   *
   * @param file created if missing
   * @param origin what the rows are collected with; must equal what the file was begun with
   * @throws IOException if it cannot be written, is in use, or holds something else
   * @throws IllegalArgumentException if it was begun with another origin
   */
  public static RowFile open(Path file, ObjectNode origin) throws IOException {
    Path parent = file.toAbsolutePath().getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      lock(channel, file);
      byte[] bytes = bytes(channel); // a second stream's end would end the lock
      int end = bytes.length;
      while (end > 0 && bytes[end - 1] != '\n') {
        end--;
      }
      Content content =
          end == 0 ? null : parse(new String(bytes, 0, end, StandardCharsets.UTF_8), file);
      channel.truncate(end).position(end);
      if (content == null) {
        write(channel, origin);
        return new RowFile(channel, List.of());
      }
      for (String name : names(origin, content.origin())) {
        if (!origin.path(name).asString("").equals(content.origin().path(name).asString(""))) {
          throw new IllegalArgumentException(
              "%s was begun with other options (%s was %s, is %s); repeat them or use another --out"
                  .formatted(file, name, content.origin().path(name), origin.path(name)));
        }
      }
      return new RowFile(channel, content.prompts());
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static byte[] bytes(FileChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(channel.size()));
    while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
    return bytes.array();
  }

  private static void lock(FileChannel channel, Path file) throws IOException {
    try {
      if (channel.tryLock() != null) {
        return;
      }
    } catch (OverlappingFileLockException e) {
      // held by this very process: the same message
    }
    throw new IOException(
        file + " is in use by another process; wait for it" + " or name another with --out");
  }

  private static List<String> names(JsonNode a, JsonNode b) {
    List<String> names = new ArrayList<>(a.propertyNames());
    names.addAll(b.propertyNames());
    return names;
  }

  /**
   * Reads a file.
   *
   * @throws IOException if it cannot be read or is no such file
   */
  public static Content read(Path file) throws IOException {
    return parse(Files.readString(file), file);
  }

  private static Content parse(String text, Path file) throws IOException {
    List<String> lines = text.lines().toList();
    int number = 0;
    try {
      JsonNode origin = lines.isEmpty() ? MAPPER.missingNode() : MAPPER.readTree(lines.getFirst());
      if (!origin.isObject() || !origin.has("block_length")) {
        throw new IOException(file + " holds no rows of unmask learn2pd collect" + REMEDY);
      }
      int blockLength = origin.path("block_length").asInt();
      List<Prompt> prompts = new ArrayList<>();
      for (number = 1; number < lines.size(); number++) {
        prompts.add(prompt(MAPPER.readTree(lines.get(number)), blockLength));
      }
      return new Content(origin, prompts);
    } catch (JacksonException | IllegalArgumentException e) {
      throw new IOException(
          file + " line " + (number + 1) + " holds no rows of unmask learn2pd collect" + REMEDY, e);
    }
  }

  private static Prompt prompt(JsonNode node, int blockLength) {
    List<FilterRow> rows = new ArrayList<>();
    for (JsonNode row : node.path("rows")) {
      String bits = row.path("correct").asString();
      float[] confidence = new float[row.path("confidence").size()];
      boolean[] isCorrect = new boolean[confidence.length];
      if (confidence.length == 0
          || confidence.length > blockLength
          || bits.length() != confidence.length) {
        throw new IllegalArgumentException("a row of another length");
      }
      for (int i = 0; i < confidence.length; i++) {
        confidence[i] = row.path("confidence").get(i).floatValue();
        isCorrect[i] = bits.charAt(i) == '1';
      }
      rows.add(
          new FilterRow(
              row.path("block").asInt(),
              row.path("step").asInt(),
              row.path("stuck").asBoolean(),
              confidence,
              isCorrect));
    }
    return new Prompt(
        node.path("task").asString(),
        node.path("index").asInt(),
        node.path("gen_length").asInt(),
        List.copyOf(rows));
  }

  /** Returns what was there when the file was opened. */
  public List<Prompt> prompts() {
    return prompts;
  }

  /** Adds the rows of a prompt. */
  public void append(Prompt prompt) throws IOException {
    ObjectNode node = MAPPER.createObjectNode();
    node.put("task", prompt.task()).put("index", prompt.index());
    node.put("gen_length", prompt.genLength());
    ArrayNode rows = node.putArray("rows");
    for (FilterRow row : prompt.rows()) {
      ObjectNode each = rows.addObject().put("block", row.block()).put("step", row.step());
      each.put("stuck", row.isStuck());
      ArrayNode confidence = each.putArray("confidence");
      StringBuilder bits = new StringBuilder();
      for (int i = 0; i < row.confidence().length; i++) {
        confidence.add(row.confidence()[i]);
        bits.append(row.isCorrect()[i] ? '1' : '0');
      }
      each.put("correct", bits.toString());
    }
    write(channel, node);
  }

  private static void write(FileChannel channel, JsonNode node) throws IOException {
    ByteBuffer line =
        ByteBuffer.wrap((MAPPER.writeValueAsString(node) + "\n").getBytes(StandardCharsets.UTF_8));
    while (line.hasRemaining()) {
      channel.write(line);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}

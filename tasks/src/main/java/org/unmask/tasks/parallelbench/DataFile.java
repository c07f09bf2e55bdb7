package org.unmask.tasks.parallelbench;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads and writes data files in the official layout: JSON Lines, one sample a line. */
public final class DataFile {

  private static final JsonMapper JSON = JsonMapper.shared();

  private DataFile() {}

  /**
   * Reads the samples of a task from a folder of official data.
   *
   * @param folder the benchmark's data folder: it, or {@code output/test} inside it, holds {@code
   *     waiting_line/copy.jsonl} and so on
   * @param task the task whose file is wanted
   * @throws IOException if the file is missing, or a line is not a sample of this task
   */
  public static List<Sample> read(Path folder, Task task) throws IOException {
    Path file = folder.resolve(task.id() + ".jsonl");
    Path nested = folder.resolve("output/test").resolve(task.id() + ".jsonl");
    if (!Files.exists(file)) {
      file = nested;
    }
    if (!Files.exists(file)) {
      throw new NoSuchFileException(
          nested.toString(),
          null,
          "no data for task " + task.id() + "; give the folder that holds output/test");
    }
    var samples = new ArrayList<Sample>();
    for (String line : Files.readAllLines(file)) {
      if (!line.isBlank()) {
        samples.add(parse(line, samples.size(), task, file));
      }
    }
    return List.copyOf(samples);
  }

  /**
   * Writes samples.
   *
   * @param samples in the order of their lines
   * @param out where to; left open
   * @throws IOException if writing fails
   */
  public static void write(List<Sample> samples, Writer out) throws IOException {
    for (var sample : samples) {
      out.write(JSON.writeValueAsString(SampleJson.write(sample)));
      out.write('\n');
    }
  }

  private static Sample parse(String line, int index, Task task, Path file) throws IOException {
    try {
      JsonNode node = JSON.readTree(line);
      var sample = SampleJson.read(node, index);
      if (!task.metric().accepts(sample.answer())) {
        throw new IllegalArgumentException("the answer does not fit " + task.metric().id());
      }
      task.messages(sample); // fails if a field of the template is missing
      return sample;
    } catch (JacksonException e) {
      throw new IOException(
          "%s line %d is not JSON: %s".formatted(file, index + 1, e.getOriginalMessage()), e);
    } catch (IllegalArgumentException e) {
      throw new IOException("%s line %d: %s".formatted(file, index + 1, e.getMessage()), e);
    }
  }
}

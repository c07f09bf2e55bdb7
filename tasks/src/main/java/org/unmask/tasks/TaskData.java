package org.unmask.tasks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import org.unmask.tasks.generate.Generator;
import org.unmask.tasks.generate.OfficialLatinSquares;
import org.unmask.tasks.parallelbench.DataFile;
import org.unmask.tasks.parallelbench.Sample;
import org.unmask.tasks.parallelbench.Task;

/**
 * Samples of a task: made here, or read from the official files.
 *
 * <p>Generated sets depend on the task and the seed only, not on the JDK, the machine or the order
 * of calls.
 */
public final class TaskData {

  private TaskData() {}

  /**
   * Makes a full set, as large as the official one. Small runs take {@link #balanced} samples of
   * it, so that an index means the same sample in runs of all sizes.
   *
   * @param task what to make samples of
   * @param seed chooses the set
   * @return samples by ascending length, every length equally often
   */
  public static List<Sample> generated(Task task, long seed) {
    return generated(task, seed, task.samples());
  }

  /**
   * Makes a set of any size.
   *
   * @param task what to make samples of
   * @param seed chooses the set
   * @param count number of samples
   * @return samples by ascending length, every length equally often; the shortest lengths once more
   *     if the count does not divide
   */
  public static List<Sample> generated(Task task, long seed, int count) {
    return Generator.samples(task, seed, count);
  }

  /**
   * Makes the official set again, without its file; possible for Latin squares of {@code
   * paper-2510} only.
   *
   * @throws IllegalArgumentException for all other tasks
   */
  public static List<Sample> regenerated(Task task) {
    return OfficialLatinSquares.samples(task);
  }

  /**
   * Reads a task's official file.
   *
   * @param folder the benchmark's data folder: it, or {@code output/test} inside it, holds {@code
   *     waiting_line/copy.jsonl} and so on
   * @param task the task whose file is wanted
   * @return samples in the order of the file
   * @throws IOException if the file is missing or malformed
   */
  public static List<Sample> official(Path folder, Task task) throws IOException {
    return DataFile.read(folder, task);
  }

  /**
   * Chooses samples so that every length is equally often among them: the first of each length by
   * ascending length, then the second of each, and so on. A smaller choice is part of every larger
   * one.
   *
   * @param samples a full set
   * @param count how many are wanted; all of them if there are not more
   * @return the chosen samples by ascending index
   */
  public static List<Sample> balanced(List<Sample> samples, int count) {
    var bySize = new TreeMap<Integer, List<Sample>>();
    for (var sample : samples) {
      bySize.computeIfAbsent(sample.size(), size -> new ArrayList<>()).add(sample);
    }
    var chosen = new ArrayList<Sample>();
    for (int rank = 0; chosen.size() < Math.min(count, samples.size()); rank++) {
      for (var group : bySize.values()) {
        if (rank < group.size() && chosen.size() < count) {
          chosen.add(group.get(rank));
        }
      }
    }
    chosen.sort(Comparator.comparingInt(Sample::index));
    return List.copyOf(chosen);
  }
}

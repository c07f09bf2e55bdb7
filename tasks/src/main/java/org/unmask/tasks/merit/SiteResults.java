package org.unmask.tasks.merit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Curves published on the benchmark's site, for reference lines. They were measured with version
 * {@code cli-2026}; do not put them into one table with results of {@code paper-2510}.
 */
public final class SiteResults {

  /** The name under which the files hold the average over all tasks. */
  public static final String AVERAGE = "avg";

  private SiteResults() {}

  /**
   * Reads the curves of one model and strategy: a CSV file with the columns task, tps (tokens per
   * step) and accuracy (percent). Each task's points are sorted by speed, so that settings cannot
   * be told across tasks; the task {@link #AVERAGE} holds the averages setting by setting.
   *
   * @param file such as {@code figures/llada15/confidence-threshold.csv}
   * @return the points of each task
   * @throws IOException if the file is missing or malformed
   */
  public static Map<String, List<Point>> read(Path file) throws IOException {
    var tasks = new LinkedHashMap<String, List<Point>>();
    var lines = Files.readAllLines(file);
    for (int i = 1; i < lines.size(); i++) {
      String[] cells = lines.get(i).split(",");
      if (cells.length != 3) {
        throw new IOException(
            "%s line %d must have 3 columns, has %d".formatted(file, i + 1, cells.length));
      }
      try {
        var point = new Point(Double.parseDouble(cells[1]), Double.parseDouble(cells[2]));
        tasks.computeIfAbsent(cells[0], task -> new ArrayList<>()).add(point);
      } catch (NumberFormatException e) {
        throw new IOException("%s line %d: %s".formatted(file, i + 1, e.getMessage()), e);
      }
    }
    return tasks;
  }
}

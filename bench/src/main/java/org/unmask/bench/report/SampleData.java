package org.unmask.bench.report;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.unmask.bench.sweep.Curve;
import org.unmask.bench.sweep.Plan;
import org.unmask.bench.sweep.Question;
import org.unmask.bench.sweep.SampleRow;
import org.unmask.bench.sweep.Summary;
import org.unmask.bench.sweep.Trace;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The samples in a report's data: of a large run, only the first of each task. */
final class SampleData {

  private static final int MOST_ROWS = 4000;

  private record Place(int curve, int point) {}

  private final Map<List<String>, Place> places = new HashMap<>();
  private final Map<String, Integer> tasks = new HashMap<>();
  private final Map<String, String> figures = new HashMap<>();

  private SampleData(Summary summary) {
    for (int c = 0; c < summary.curves().size(); c++) {
      Curve curve = summary.curves().get(c);
      for (int p = 0; p < curve.points().size(); p++) {
        places.put(
            List.of(curve.model(), curve.strategy().name(), curve.points().get(p).setting()),
            new Place(c, p));
      }
    }
    for (Plan.Task task : summary.plan().tasks()) {
      figures.put(task.id(), task.figureMetric());
      tasks.put(task.id(), tasks.size());
    }
  }

  /** Adds questions, rows and traces to a report's data. */
  static void add(ObjectNode data, Summary summary, Evidence evidence) {
    SampleData names = new SampleData(summary);
    int cells = Math.max(1, names.places.size() * names.tasks.size());
    int perTask = Math.max(1, MOST_ROWS / cells);
    Map<String, TreeSet<Integer>> shown = new HashMap<>();
    for (SampleRow row : evidence.rows()) {
      TreeSet<Integer> indices = shown.computeIfAbsent(row.task(), _ -> new TreeSet<>());
      indices.add(row.index());
      if (indices.size() > perTask) {
        indices.removeLast();
      }
    }
    ArrayNode questions = data.putArray("questions");
    for (Question q : evidence.questions()) {
      if (shown.getOrDefault(q.task(), new TreeSet<>()).contains(q.index())) {
        questions
            .addObject()
            .put("task", q.task())
            .put("index", q.index())
            .put("prompt", q.prompt())
            .put("expected", q.expected());
      }
    }
    ArrayNode rows = data.putArray("rows");
    for (SampleRow row : evidence.rows()) {
      if (shown.getOrDefault(row.task(), new TreeSet<>()).contains(row.index())) {
        names.add(rows, row);
      }
    }
    data.put("rows_left_out", evidence.rows().size() - rows.size());
    ArrayNode traces = data.putArray("traces");
    evidence.traces().forEach(trace -> names.add(traces, trace));
  }

  private ObjectNode add(ArrayNode list, SampleRow.Key key) {
    Place place = places.get(List.of(key.model(), key.strategy(), key.setting()));
    Integer task = tasks.get(key.task());
    if (place == null || task == null) {
      throw new IllegalArgumentException("the run's plan lacks " + key);
    }
    return list.addObject()
        .put("c", place.curve())
        .put("p", place.point())
        .put("t", task)
        .put("i", key.index());
  }

  private void add(ArrayNode rows, SampleRow row) {
    ObjectNode node = add(rows, row.key());
    node.put("o", row.output()).put("n", row.nfe());
    node.put("s", row.scores().getOrDefault(figures.get(row.task()), 0.0));
    row.scores().forEach(node.putObject("a")::put);
    if (row.error() != null) {
      node.put("e", row.error());
    }
  }

  private void add(ArrayNode traces, Trace trace) {
    ObjectNode node = add(traces, trace.key());
    node.put("length", trace.length());
    ArrayNode steps = node.putArray("steps");
    for (Trace.Step step : trace.steps()) {
      ArrayNode each = steps.addArray();
      step.at().forEach(each.addArray()::add);
      step.tokens().forEach(each.addArray()::add);
      step.confidence().forEach(each.addArray()::add);
    }
  }
}

package org.unmask.bench.sweep;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The rows of a run, averaged.
 *
 * @param plan what was to be measured
 * @param done how many samples were
 * @param curves one per model and strategy
 */
public record Summary(Plan plan, int done, List<Curve> curves) {

  private record Cell(String model, String strategy, String setting, String task) {}

  /**
   * Averages rows; their order does not matter.
   *
   * @param plan what was to be measured
   * @param rows what was measured
   */
  public static Summary of(Plan plan, Collection<SampleRow> rows) {
    Map<Cell, List<SampleRow>> cells = new HashMap<>();
    for (SampleRow row : rows) {
      cells
          .computeIfAbsent(
              new Cell(row.model(), row.strategy(), row.setting(), row.task()),
              _ -> new ArrayList<>())
          .add(row);
    }
    cells.values().forEach(cell -> cell.sort(Comparator.comparingInt(SampleRow::index)));
    List<Curve> curves = new ArrayList<>();
    for (Plan.Model model : plan.models()) {
      for (Strategy strategy : plan.strategies()) {
        if (!strategy.runsOn(model.name())) {
          continue;
        }
        List<Curve.Point> points = new ArrayList<>();
        for (Setting setting : strategy.settings()) {
          Map<String, Measure> tasks = new LinkedHashMap<>();
          for (Plan.Task task : plan.tasks()) {
            List<SampleRow> cell =
                cells.get(new Cell(model.name(), strategy.name(), setting.label(), task.id()));
            if (cell != null) {
              tasks.put(task.id(), Measure.of(cell, task.figureMetric()));
            }
          }
          boolean forAll = plan.tasks().stream().allMatch(t -> setting.fits(t.genLength()));
          points.add(new Curve.Point(setting.label(), tasks, forAll));
        }
        curves.add(new Curve(model.name(), strategy, points));
      }
    }
    return new Summary(plan, rows.size(), curves);
  }

  /** Tells whether every sample has been measured. */
  public boolean complete() {
    return done == plan.size();
  }

  /**
   * Returns the summary as JSON.
   *
   * @param withSpeed whether to add what depends on the machine: ms per step and tokens per second.
   *     Without it, equal plans give equal bytes
   */
  public ObjectNode json(boolean withSpeed) {
    ObjectNode json = JsonMapper.shared().createObjectNode();
    json.put("version", plan.version());
    if (!plan.grammar().isEmpty()) {
      json.put("grammar", plan.grammar());
    }
    json.put("complete", complete()).put("done", done).put("planned", plan.size());
    ArrayNode list = json.putArray("curves");
    for (Curve curve : curves) {
      ObjectNode node = list.addObject();
      node.put("model", curve.model())
          .put("strategy", curve.strategy().name())
          .put("adaptive", curve.strategy().adaptive());
      ObjectNode pb = node.putObject("pb");
      for (int level : Curve.PB_LEVELS) {
        curve
            .pb(level)
            .ifPresentOrElse(
                value -> pb.put(Integer.toString(level), Measure.round(value)),
                () -> pb.putNull(Integer.toString(level)));
      }
      ArrayNode points = node.putArray("points");
      for (Curve.Point point : curve.points()) {
        writePoint(points.addObject(), point, withSpeed);
      }
    }
    return json;
  }

  private static void writePoint(ObjectNode node, Curve.Point point, boolean withSpeed) {
    node.put("setting", point.setting());
    point.average().ifPresent(average -> write(node, average, withSpeed));
    ObjectNode tasks = node.putObject("tasks");
    point.tasks().forEach((id, measure) -> write(tasks.putObject(id), measure, withSpeed));
  }

  private static void write(ObjectNode node, Measure measure, boolean withSpeed) {
    measure.writeTo(node);
    if (withSpeed) {
      measure.writeSpeedTo(node);
    }
  }
}

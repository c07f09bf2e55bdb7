package org.unmask.bench.sweep;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A made-up run: numbers with a known shape, no model behind them. */
public final class Fixtures {

  private Fixtures() {}

  /** Returns a plan of top-k and threshold settings over some tasks. */
  public static Plan plan(int tasks, int samples) {
    List<String> names =
        List.of(
            "Copy",
            "Sort",
            "Reverse",
            "Shuffle",
            "Replace Index",
            "Replace Random",
            "Insert Index",
            "Insert Random",
            "Remove Index",
            "Remove Random",
            "Latin Square",
            "Sudoku");
    List<Plan.Task> list = new ArrayList<>();
    for (String name : names.subList(0, tasks)) {
      String id =
          switch (name) {
            case "Latin Square" -> "puzzle/latin_square_n4";
            case "Sudoku" -> "puzzle/sudoku_n4_12";
            default -> "waiting_line/" + name.toLowerCase(java.util.Locale.ROOT).replace(' ', '_');
          };
      list.add(new Plan.Task(id, name, "score", 32, samples));
    }
    return new Plan(
        "paper-2510",
        "generated, seed 42",
        "",
        Shard.WHOLE,
        List.of(new Plan.Model("unmask-llada-6m", "ab".repeat(32))),
        list,
        List.of(
            new Strategy(
                "top-k",
                false,
                List.of(k(1), k(2), k(4), k(8), new Setting("k=all", Map.of("steps", "1")))),
            new Strategy("threshold", true, List.of(t("0.95"), t("0.9"), t("0.7"), t("0.5")))));
  }

  private static Setting k(int k) {
    return new Setting("k=" + k, Map.of("steps", Integer.toString(32 / k)));
  }

  private static Setting t(String threshold) {
    return new Setting("t=" + threshold, Map.of("threshold", threshold));
  }

  /** Returns a row for every sample of a plan, in the plan's order. */
  public static List<SampleRow> rows(Plan plan) {
    Random random = new Random(42);
    List<SampleRow> rows = new ArrayList<>();
    for (Plan.Task task : plan.tasks()) {
      boolean hard = task.name().contains("Random") || task.name().matches("Shuffle|Latin.*");
      for (Strategy strategy : plan.strategies()) {
        for (Setting setting : strategy.settings()) {
          int step = strategy.settings().indexOf(setting);
          for (int i = 0; i < task.samples(); i++) {
            int nfe = Math.max(1, (strategy.adaptive() ? 9 : 32) >> step);
            double chance = hard ? Math.pow(.5, step) : .99;
            Map<String, Double> scores = Map.of("score", random.nextDouble() < chance ? 1.0 : 0.0);
            rows.add(
                new SampleRow(
                    "unmask-llada-6m",
                    task.id(),
                    strategy.name(),
                    setting.label(),
                    i,
                    "[\"é </script>\"]",
                    scores,
                    task.genLength(),
                    nfe,
                    12,
                    0,
                    0,
                    0,
                    .8 * nfe,
                    null,
                    null));
          }
        }
      }
    }
    return rows;
  }
}

package org.unmask.bench.sweep;

import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a run measures: every model on every task with every setting of every strategy.
 *
 * <p>Two runs with equal plans give equal scores, tokens and forward passes, wherever they run.
 *
 * @param version release of ParallelBench, for example {@code paper-2510}
 * @param data where the samples come from, with the seed if they are generated
 * @param models at least one
 * @param tasks at least one
 * @param strategies at least one
 */
public record Plan(
    String version, String data, List<Model> models, List<Task> tasks, List<Strategy> strategies) {

  /**
   * A model under test.
   *
   * @param name shown in tables
   * @param sha256 over its configuration, tokenizer and weights
   */
  public record Model(String name, String sha256) {}

  /**
   * A task under test.
   *
   * @param id as in ParallelBench
   * @param name for people
   * @param figureMetric the score shown in figures
   * @param genLength response length M
   * @param samples how many
   */
  public record Task(String id, String name, String figureMetric, int genLength, int samples) {}

  /** Returns how many samples the run has in all. */
  public int size() {
    int settings = strategies.stream().mapToInt(s -> s.settings().size()).sum();
    return models.size() * settings * tasks.stream().mapToInt(Task::samples).sum();
  }

  /** Returns the plan as the manifest holds it. */
  public ObjectNode json() {
    JsonMapper mapper = JsonMapper.shared();
    ObjectNode json = mapper.createObjectNode();
    json.put("version", version);
    ArrayNode modelList = json.putArray("models");
    models.forEach(m -> modelList.addObject().put("name", m.name()).put("sha256", m.sha256()));
    ArrayNode taskList = json.putArray("tasks");
    for (Task task : tasks) {
      taskList
          .addObject()
          .put("id", task.id())
          .put("samples", task.samples())
          .put("gen_length", task.genLength());
    }
    ArrayNode strategyList = json.putArray("strategies");
    for (Strategy strategy : strategies) {
      ObjectNode node = strategyList.addObject();
      node.put("name", strategy.name()).put("adaptive", strategy.adaptive());
      ArrayNode settings = node.putArray("settings");
      for (Setting setting : strategy.settings()) {
        ObjectNode options =
            settings.addObject().put("label", setting.label()).putObject("options");
        setting.options().forEach(options::put);
      }
    }
    json.put("data", data); // last, for messages about more telling differences
    return json;
  }
}

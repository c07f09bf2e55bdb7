package org.unmask.bench.sweep;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
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
 * @param grammar name and version of the grammar checker, empty if no task needs one
 * @param shard which part of it
 * @param models at least one
 * @param tasks at least one
 * @param strategies at least one
 */
public record Plan(
    String version,
    String data,
    String grammar,
    Shard shard,
    List<Model> models,
    List<Task> tasks,
    List<Strategy> strategies) {

  /**
   * A model under test.
   *
   * @param name shown in tables
   * @param sha256 over its weights
   * @param companions SHA-256 of what algorithms use beside it, such as an auxiliary model, by name
   */
  public record Model(String name, String sha256, Map<String, String> companions) {

    /** Makes a model that is used alone. */
    public Model(String name, String sha256) {
      this(name, sha256, Map.of());
    }

    /** Sorts the companions. */
    public Model {
      companions = Collections.unmodifiableMap(new TreeMap<>(companions));
    }
  }

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
    int size = 0;
    for (Task task : tasks) {
      for (Strategy strategy : strategies) {
        int runs = (int) models.stream().filter(m -> strategy.runsOn(m.name())).count();
        for (Setting setting : strategy.settings()) {
          size += setting.fits(task.genLength()) ? runs * shard.share(task.samples()) : 0;
        }
      }
    }
    return size;
  }

  /** Returns the strategies that are for none of the models, and which they are for. */
  public List<String> leftOut() {
    return strategies.stream()
        .filter(s -> models.stream().noneMatch(m -> s.runsOn(m.name())))
        .map(s -> s.name() + ", which is for " + String.join(", ", s.models()))
        .toList();
  }

  /** Returns this plan as one part of several. */
  public Plan with(Shard part) {
    return new Plan(version, data, grammar, part, models, tasks, strategies);
  }

  /** Returns the plan as the manifest holds it. */
  public ObjectNode json() {
    JsonMapper mapper = JsonMapper.shared();
    ObjectNode json = mapper.createObjectNode();
    json.put("version", version);
    ArrayNode modelList = json.putArray("models");
    for (Model model : models) {
      ObjectNode node =
          modelList.addObject().put("name", model.name()).put("sha256", model.sha256());
      if (!model.companions().isEmpty()) {
        ObjectNode companions = node.putObject("companions");
        model.companions().forEach(companions::put);
      }
    }
    ArrayNode taskList = json.putArray("tasks");
    for (Task task : tasks) {
      taskList
          .addObject()
          .put("id", task.id())
          .put("name", task.name())
          .put("figure_metric", task.figureMetric())
          .put("samples", task.samples())
          .put("gen_length", task.genLength());
    }
    ArrayNode strategyList = json.putArray("strategies");
    for (Strategy strategy : strategies) {
      ObjectNode node = strategyList.addObject();
      node.put("name", strategy.name()).put("adaptive", strategy.adaptive());
      if (!strategy.models().isEmpty()) {
        strategy.models().forEach(node.putArray("models")::add);
      }
      ArrayNode settings = node.putArray("settings");
      for (Setting setting : strategy.settings()) {
        ObjectNode options =
            settings.addObject().put("label", setting.label()).putObject("options");
        setting.options().forEach(options::put);
      }
    }
    if (!grammar.isEmpty()) {
      json.put("grammar", grammar);
    }
    if (!shard.equals(Shard.WHOLE)) {
      json.put("shard", shard.toString());
    }
    json.put("data", data); // last, for messages about more telling differences
    return json;
  }

  /**
   * Reads a plan back.
   *
   * @param json what {@link #json} returned
   */
  public static Plan of(JsonNode json) {
    List<Model> models = new ArrayList<>();
    for (JsonNode model : json.path("models")) {
      Map<String, String> companions = new TreeMap<>();
      model
          .path("companions")
          .properties()
          .forEach(each -> companions.put(each.getKey(), each.getValue().asString()));
      models.add(
          new Model(model.path("name").asString(), model.path("sha256").asString(), companions));
    }
    List<Task> tasks = new ArrayList<>();
    for (JsonNode task : json.path("tasks")) {
      tasks.add(
          new Task(
              task.path("id").asString(),
              task.path("name").asString(),
              task.path("figure_metric").asString(),
              task.path("gen_length").asInt(),
              task.path("samples").asInt()));
    }
    List<Strategy> strategies = new ArrayList<>();
    for (JsonNode strategy : json.path("strategies")) {
      List<Setting> settings = new ArrayList<>();
      for (JsonNode setting : strategy.path("settings")) {
        Map<String, String> options = new LinkedHashMap<>();
        setting
            .path("options")
            .properties()
            .forEach(option -> options.put(option.getKey(), option.getValue().asString()));
        settings.add(new Setting(setting.path("label").asString(), options));
      }
      strategies.add(
          new Strategy(
              strategy.path("name").asString(),
              strategy.path("adaptive").asBoolean(),
              settings,
              strategy.path("models").valueStream().map(JsonNode::asString).toList()));
    }
    return new Plan(
        json.path("version").asString(),
        json.path("data").asString(),
        json.path("grammar").asString(""),
        json.has("shard") ? Shard.of(json.path("shard").asString()) : Shard.WHOLE,
        models,
        tasks,
        strategies);
  }
}

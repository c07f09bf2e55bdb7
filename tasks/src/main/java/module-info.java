import org.jspecify.annotations.NullMarked;

/** Benchmark tasks: prompts, data, scores. Knows neither models nor decoders. */
@NullMarked
module org.unmask.tasks {
  requires static org.jspecify;
  requires tools.jackson.databind;

  exports org.unmask.tasks;
  exports org.unmask.tasks.merit;
  exports org.unmask.tasks.metric;
  exports org.unmask.tasks.parallelbench;
  exports org.unmask.tasks.theory;
}

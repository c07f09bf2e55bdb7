import org.jspecify.annotations.NullMarked;

/** Benchmark tasks: prompts, data, scores. Knows neither models nor decoders. */
@NullMarked
module org.unmask.tasks {
  requires static org.jspecify;
  requires tools.jackson.databind;
}

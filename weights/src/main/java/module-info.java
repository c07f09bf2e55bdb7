import org.jspecify.annotations.NullMarked;

/** Checkpoint files: safetensors, sharded folders, configuration. */
@NullMarked
module org.unmask.weights {
  requires static org.jspecify;
  requires transitive tools.jackson.databind;

  exports org.unmask.weights;
  exports org.unmask.weights.safetensors;
}

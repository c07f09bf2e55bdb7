import org.jspecify.annotations.NullMarked;

/** Checkpoint files: safetensors, sharded folders, configuration, download. */
@NullMarked
module org.unmask.weights {
  requires static org.jspecify;
  requires transitive tools.jackson.databind;
  requires java.net.http;

  exports org.unmask.weights;
  exports org.unmask.weights.hub;
  exports org.unmask.weights.safetensors;
}

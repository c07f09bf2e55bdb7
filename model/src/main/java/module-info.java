import org.jspecify.annotations.NullMarked;

/** Forward passes from configuration and weights; text to ids. */
@NullMarked
module org.unmask.model {
  requires static org.jspecify;
  requires transitive org.unmask.runtime;
  requires transitive org.unmask.weights;

  exports org.unmask.model;
  exports org.unmask.model.chat;
  exports org.unmask.model.pack;
  exports org.unmask.model.device;
  exports org.unmask.model.tokenizer;
  exports org.unmask.model.transformer;

  uses org.unmask.model.device.DeviceBackend;
}

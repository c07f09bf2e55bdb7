import org.jspecify.annotations.NullMarked;

/** The edge: commands, sweeps, reports. */
@NullMarked
module org.unmask.bench {
  requires static org.jspecify;
  requires org.unmask.decode;
  requires org.unmask.model;
  requires org.unmask.runtime;
  requires org.unmask.tasks;
  requires org.unmask.weights;
  requires tools.jackson.databind;
  requires info.picocli;
  requires me.tongfei.progressbar;
}

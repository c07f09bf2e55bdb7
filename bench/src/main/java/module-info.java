import org.jspecify.annotations.NullMarked;

/** The edge: commands, sweeps, reports. */
@NullMarked
module org.unmask.bench {
  requires static org.jspecify;
  requires java.management;
  requires jdk.management;
  requires com.fasterxml.jackson.annotation;
  requires org.unmask.decode;
  requires org.unmask.model;
  requires org.unmask.runtime;
  requires org.unmask.tasks;
  requires org.unmask.weights;
  requires java.desktop;
  requires xchart;
  requires tools.jackson.databind;
  requires tools.jackson.dataformat.yaml;
  requires info.picocli;
  requires me.tongfei.progressbar;

  opens org.unmask.bench.cli to
      info.picocli;
  opens org.unmask.bench.overhead to
      tools.jackson.databind;
  opens org.unmask.bench.large to
      tools.jackson.databind;
  opens org.unmask.bench.load to
      tools.jackson.databind;
  opens org.unmask.bench.sweep to
      tools.jackson.databind;
}

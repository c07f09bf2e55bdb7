import org.jspecify.annotations.NullMarked;

/** Numbers: kernels, threads, caches. Knows no model and no file format. */
@NullMarked
module org.unmask.runtime {
  requires static org.jspecify;
  requires jdk.incubator.vector;

  exports org.unmask.runtime.cache;
  exports org.unmask.runtime.exec;
  exports org.unmask.runtime.kernel;
  exports org.unmask.runtime.kernel.vector to
      org.unmask.bench;
  exports org.unmask.runtime.nn;
}

import org.jspecify.annotations.NullMarked;

/** Decoding algorithms over a denoiser: no kernels, no weights. */
@NullMarked
module org.unmask.decode {
  requires static org.jspecify;
  requires transitive org.unmask.model;
  requires tools.jackson.databind;

  exports org.unmask.decode;
  exports org.unmask.decode.certify;
  exports org.unmask.decode.oracle;
  exports org.unmask.decode.speculative;
  exports org.unmask.decode.trace;
}

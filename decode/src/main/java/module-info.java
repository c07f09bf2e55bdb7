import org.jspecify.annotations.NullMarked;

/** Decoding algorithms over a denoiser: no kernels, no files. */
@NullMarked
module org.unmask.decode {
  requires static org.jspecify;
  requires transitive org.unmask.model;

  exports org.unmask.decode;
}

import org.jspecify.annotations.NullMarked;

/** Forward calls on a GPU: the operations of a transformer, and CUDA through the JDK alone. */
@NullMarked
module org.unmask.gpu {
  requires static org.jspecify;
  requires transitive org.unmask.model;

  exports org.unmask.gpu;
  exports org.unmask.gpu.cuda;

  provides org.unmask.model.device.DeviceBackend with
      org.unmask.gpu.cuda.CudaBackend;
}

import org.jspecify.annotations.NullMarked;

/** Forward calls on whatever GPU TornadoVM reaches, by kernels in Java. */
@NullMarked
module org.unmask.tornado {
  requires static org.jspecify;
  requires transitive org.unmask.gpu;
  requires tornado.api;

  exports org.unmask.tornado;
  exports org.unmask.tornado.kernel; // its compiler reads kernels by reflection

  provides org.unmask.model.device.DeviceBackend with
      org.unmask.tornado.TornadoBackend;
}

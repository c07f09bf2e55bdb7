package org.unmask.gpu.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.List;
import org.unmask.model.device.DeviceException;

/** NVIDIA's run-time compiler. */
record Nvrtc(Library library) implements KernelCompiler {

  @Override
  public byte[] compile(String source, List<String> options) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(8, 8);
      MethodHandle create =
          library.function(
              "nvrtcCreateProgram", ADDRESS, ADDRESS, ADDRESS, JAVA_INT, ADDRESS, ADDRESS);
      call(
          "nvrtcCreateProgram",
          create,
          out,
          arena.allocateFrom(source),
          arena.allocateFrom("unmask.cu"),
          0,
          MemorySegment.NULL,
          MemorySegment.NULL);
      MemorySegment program = out.get(ADDRESS, 0);
      try {
        return build(program, options, arena);
      } finally {
        out.set(ADDRESS, 0, program);
        call("nvrtcDestroyProgram", library.function("nvrtcDestroyProgram", ADDRESS), out);
      }
    }
  }

  private byte[] build(MemorySegment program, List<String> options, Arena arena) {
    MemorySegment list = arena.allocate(8L * options.size(), 8);
    for (int i = 0; i < options.size(); i++) {
      list.setAtIndex(ADDRESS, i, arena.allocateFrom(options.get(i)));
    }
    int status =
        status(
            library.function("nvrtcCompileProgram", ADDRESS, JAVA_INT, ADDRESS),
            program,
            options.size(),
            list);
    if (status != 0) {
      throw new DeviceException("the kernels do not compile: " + firstError(log(program, arena)));
    }
    return bytes("nvrtcGetCUBINSize", "nvrtcGetCUBIN", program, arena);
  }

  private String log(MemorySegment program, Arena arena) {
    byte[] log = bytes("nvrtcGetProgramLogSize", "nvrtcGetProgramLog", program, arena);
    return new String(log, java.nio.charset.StandardCharsets.UTF_8);
  }

  private static String firstError(String log) {
    return log.lines()
        .filter(line -> line.contains("error"))
        .findFirst()
        .orElse(log.isBlank() ? "no reason given" : log.strip().replaceAll("\\s+", " "));
  }

  private byte[] bytes(String sizeOf, String get, MemorySegment program, Arena arena) {
    MemorySegment size = arena.allocate(8, 8);
    call(sizeOf, library.function(sizeOf, ADDRESS, ADDRESS), program, size);
    MemorySegment bytes = arena.allocate(size.get(JAVA_LONG, 0));
    call(get, library.function(get, ADDRESS, ADDRESS), program, bytes);
    return bytes.toArray(JAVA_BYTE);
  }

  private static void call(String what, MethodHandle function, Object... arguments) {
    int status = status(function, arguments);
    if (status != 0) {
      throw new DeviceException(what + " failed with status " + status);
    }
  }

  private static int status(MethodHandle function, Object... arguments) {
    try {
      return (int) function.invokeWithArguments(arguments);
    } catch (Throwable e) {
      throw new IllegalStateException("cannot call NVRTC", e);
    }
  }
}

package org.unmask.gpu.cuda;

import java.io.File;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.unmask.model.device.DeviceException;

/**
 * A native library, found at run time: by the system's loader under each of its names, then in the
 * folders of the CUDA toolkit.
 *
 * @param file the name or path it was found under
 */
record Library(String file, SymbolLookup symbols) {

  private static final boolean IS_WINDOWS = File.separatorChar == '\\';

  /** The driver, which comes with the GPU's driver. */
  static Library driver() {
    return find(List.of(), IS_WINDOWS ? List.of("nvcuda.dll") : List.of("libcuda.so.1"))
        .orElseThrow(
            () ->
                new DeviceException(
                    "no NVIDIA driver: "
                        + (IS_WINDOWS ? "nvcuda.dll" : "libcuda.so.1")
                        + " was not found; install the driver of the GPU, or use --device cpu"));
  }

  /** The run-time compiler of the toolkit. */
  static Library nvrtc() {
    return toolkit(
        "NVRTC",
        IS_WINDOWS
            ? List.of("nvrtc64_130_0.dll", "nvrtc64_120_0.dll", "nvrtc64_112_0.dll")
            : List.of("libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so.11.2"));
  }

  /** The matrix library of the toolkit. */
  static Library cublas() {
    // found first by full path, so that cuBLAS finds it too when neither is on the loader's path
    toolkitFolders()
        .forEach(
            folder ->
                Stream.of("libcublasLt.so.13", "libcublasLt.so.12", "libcublasLt.so.11")
                    .map(folder::resolve)
                    .filter(Files::exists)
                    .forEach(Library::open));
    return toolkit(
        "cuBLAS",
        IS_WINDOWS
            ? List.of("cublas64_13.dll", "cublas64_12.dll", "cublas64_11.dll")
            : List.of("libcublas.so.13", "libcublas.so.12", "libcublas.so.11"));
  }

  private static Library toolkit(String what, List<String> names) {
    return find(toolkitFolders(), names)
        .orElseThrow(
            () ->
                new DeviceException(
                    what
                        + " was not found, as "
                        + String.join(" or ", names)
                        + "; install the CUDA toolkit and set CUDA_PATH to it, or put its folder of"
                        + " libraries on "
                        + (IS_WINDOWS ? "PATH" : "LD_LIBRARY_PATH")));
  }

  private static List<Path> toolkitFolders() {
    List<Path> folders = new ArrayList<>();
    for (String variable : List.of("CUDA_PATH", "CUDA_HOME")) {
      String home = System.getenv(variable);
      if (home != null && !home.isBlank()) {
        for (String child : List.of("lib64", "lib", "bin", "bin/x64")) {
          folders.add(Path.of(home, child));
        }
      }
    }
    if (!IS_WINDOWS) {
      folders.add(Path.of("/usr/local/cuda/lib64"));
    }
    return folders;
  }

  private static Optional<Library> find(List<Path> folders, List<String> names) {
    for (String name : names) {
      Optional<Library> found = lookup(name);
      for (int i = 0; found.isEmpty() && i < folders.size(); i++) {
        Path file = folders.get(i).resolve(name);
        found = Files.exists(file) ? open(file) : Optional.empty();
      }
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private static Optional<Library> lookup(String name) {
    try {
      return Optional.of(new Library(name, SymbolLookup.libraryLookup(name, Arena.global())));
    } catch (IllegalArgumentException e) { // the loader does not know it
      return Optional.empty();
    }
  }

  private static Optional<Library> open(Path file) {
    try {
      return Optional.of(
          new Library(file.toString(), SymbolLookup.libraryLookup(file, Arena.global())));
    } catch (IllegalArgumentException e) { // there, but something it needs is not
      return Optional.empty();
    }
  }

  /** Returns a function that returns a status. */
  MethodHandle function(String name, MemoryLayout... parameters) {
    return Linker.nativeLinker()
        .downcallHandle(
            symbols
                .find(name)
                .orElseThrow(
                    () ->
                        new DeviceException(
                            file + " has no function " + name + "; update the driver or toolkit")),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, parameters));
  }
}

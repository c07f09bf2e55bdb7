package org.unmask.runtime.kernel.vector;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.unmask.runtime.kernel.RowKernel;
import org.unmask.runtime.kernel.WidenKernel;

/** The compiler's settings name methods, and nobody else would notice if one were renamed. */
class CompileCommandsTest {

  @Test
  void settingsOfRowKernels_nameAllOperationsAndTheirParts() throws IOException {
    assertThatSettingsName(RowKernel.class, VectorRowKernel.class);
    assertThatSettingsName(WidenKernel.class, VectorWidenKernel.class);
  }

  private static void assertThatSettingsName(Class<?> kernel, Class<?> implementation)
      throws IOException {
    Set<String> operations = names(kernel);
    assertThat(methodsOf("CompileThresholdScaling", implementation))
        .containsExactlyInAnyOrderElementsOf(operations);
    assertThat(methodsOf("dontinline", implementation))
        .containsExactlyInAnyOrderElementsOf(operations);
    assertThat(names(implementation)).containsAll(methodsOf("inline", implementation));
  }

  @Test
  void microKernels_areNamedAsInTheSettings() throws IOException {
    assertThat(Files.readString(Path.of("compile-commands.txt")))
        .contains("," + MicroKernels.class.getName() + "*::*,");
  }

  private static Set<String> names(Class<?> type) {
    return Arrays.stream(type.getDeclaredMethods())
        .filter(method -> !method.isSynthetic())
        .map(Method::getName)
        .collect(Collectors.toSet());
  }

  private static List<String> methodsOf(String command, Class<?> kernel) throws IOException {
    String start = command + "," + kernel.getName() + "*::";
    return Files.readAllLines(Path.of("compile-commands.txt")).stream()
        .filter(line -> line.startsWith(start))
        .map(line -> line.substring(start.length()).split(",")[0])
        .toList();
  }
}

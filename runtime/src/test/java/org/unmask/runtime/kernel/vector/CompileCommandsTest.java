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

/** The compiler's settings name methods, and nobody else would notice if one were renamed. */
class CompileCommandsTest {

  private static final String ROW_KERNEL = VectorRowKernel.class.getName() + "*::";

  @Test
  void settingsOfRowKernels_nameAllOperationsAndTheirParts() throws IOException {
    Set<String> operations = names(RowKernel.class);
    assertThat(methodsOf("CompileThresholdScaling"))
        .containsExactlyInAnyOrderElementsOf(operations);
    assertThat(methodsOf("dontinline")).containsExactlyInAnyOrderElementsOf(operations);
    assertThat(names(VectorRowKernel.class)).containsAll(methodsOf("inline"));
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

  private static List<String> methodsOf(String command) throws IOException {
    return Files.readAllLines(Path.of("compile-commands.txt")).stream()
        .filter(line -> line.startsWith(command + "," + ROW_KERNEL))
        .map(line -> line.substring(command.length() + 1 + ROW_KERNEL.length()).split(",")[0])
        .toList();
  }
}

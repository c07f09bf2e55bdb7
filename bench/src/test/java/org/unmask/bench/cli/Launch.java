package org.unmask.bench.cli;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Starts Unmask as a process of its own. */
final class Launch {

  private Launch() {}

  /** Prepares a process; what it prints goes to the files {@code out} and {@code err}. */
  static ProcessBuilder unmask(Path temp, String... args) {
    Stream<String> modules =
        ModuleLayer.boot().configuration().modules().stream()
            .filter(
                m ->
                    m.name()
                        .matches(
                            "org\\.unmask\\..*|info\\.picocli|tools\\.jackson\\..*|com\\.fasterxml.*"
                                + "|me\\.tongfei.*|org\\.jline.*|xchart|org\\.snakeyaml.*"))
            .map(m -> Path.of(m.reference().location().orElseThrow()).toString());
    Stream<String> jars = // no module requires it, so it is on the class path here
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(jar -> jar.contains("VectorGraphics2D"));
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=org.unmask.runtime",
                "-Dunmask.home=" + Cli.HOME,
                "-p",
                Stream.concat(modules, jars).collect(Collectors.joining(File.pathSeparator)),
                "-m",
                "org.unmask.bench/org.unmask.bench.cli.Main"));
    command.addAll(List.of(args));
    return new ProcessBuilder(command)
        .redirectOutput(temp.resolve("out").toFile())
        .redirectError(temp.resolve("err").toFile());
  }
}

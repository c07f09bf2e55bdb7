package org.unmask.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The {@code unmask} script, with a Maven and a JVM that only say how they were called. */
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {

  @TempDir Path temp;
  private Path home;
  private Path jdk;

  /**
   * What a start gave.
   *
   * @param code exit code
   * @param out stdout: the arguments of the JVM, one a line
   * @param err stderr
   */
  private record Start(int code, List<String> out, String err) {}

  @BeforeEach
  void layOut() throws IOException {
    home = Files.createDirectories(temp.resolve("a home")).toRealPath();
    Files.copy(Cli.HOME.resolve("unmask"), home.resolve("unmask"));
    executable(home.resolve("unmask"));
    Files.createDirectories(home.resolve(".mvn"));
    Files.copy(Cli.HOME.resolve(".mvn/find-jdk.sh"), home.resolve(".mvn/find-jdk.sh"));
    Files.createDirectories(home.resolve("bench/src/main"));
    Files.writeString(home.resolve("pom.xml"), "");
    Files.writeString(home.resolve("bench/pom.xml"), "");
    script(
        home.resolve("mvnw"),
        "echo build >>\"$(dirname \"$0\")/builds\"; mkdir -p bench/target/app");
    jdk = temp.resolve("jdk");
    Files.createDirectories(jdk.resolve("bin"));
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"25.0.3\"\n");
    script(jdk.resolve("bin/javac"), "exit 0");
    script(jdk.resolve("bin/java"), "for a; do echo \"$a\"; done");
  }

  private static void script(Path file, String body) throws IOException {
    Files.writeString(file, "#!/bin/sh\n" + body + "\n");
    executable(file);
  }

  private static void executable(Path file) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Start start(Path program, String... args) throws Exception {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of(args));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(temp.toFile())
            .redirectOutput(temp.resolve("out").toFile())
            .redirectError(temp.resolve("err").toFile());
    builder.environment().putAll(Map.of("JAVA_HOME", jdk.toString(), "LC_ALL", "C"));
    Process process = builder.start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new Start(
        process.exitValue(),
        Files.readAllLines(temp.resolve("out"), StandardCharsets.UTF_8),
        Files.readString(temp.resolve("err")));
  }

  private int builds() throws IOException {
    Path builds = home.resolve("builds");
    return Files.exists(builds) ? Files.readAllLines(builds).size() : 0;
  }

  @Test
  void theFirstStartBuilds_theSecondDoesNot() throws Exception {
    Start first = start(home.resolve("unmask"), "tasks");
    assertThat(first.code()).isZero();
    assertThat(first.err().strip().lines()).singleElement().asString().contains("building");
    assertThat(builds()).isEqualTo(1);
    assertThat(start(home.resolve("unmask"), "tasks").err()).isEmpty();
    assertThat(builds()).isEqualTo(1);
    assertThat(home.resolve("bench/target/build.lock")).doesNotExist();
  }

  @Test
  void aNewerSourceOrPom_buildsAgain() throws Exception {
    start(home.resolve("unmask"));
    FileTime later = FileTime.from(Instant.now().plusSeconds(5));
    Path source = Files.writeString(home.resolve("bench/src/main/A.java"), "");
    Files.setLastModifiedTime(source, later);
    start(home.resolve("unmask"));
    assertThat(builds()).isEqualTo(2);
  }

  @Test
  void aLinkFromElsewhere_andArgumentsWithSpaces() throws Exception {
    Path link = Files.createSymbolicLink(temp.resolve("link"), Path.of("a home/unmask"));
    Start run = start(link, "generate", "two words", "*", "");
    assertThat(run.out())
        .endsWith(
            "-p",
            home.resolve("bench/target/app").toString(),
            "-m",
            "org.unmask.bench/org.unmask.bench.cli.Main",
            "generate",
            "two words",
            "*",
            "")
        .contains("-Dunmask.home=" + home)
        .contains("-Dunmask.terminal.out=false", "-Dunmask.terminal.err=false")
        .noneMatch(arg -> arg.contains("incubator"));
  }

  @Test
  void aFailedBuild_isSaidAndTriedAgain() throws Exception {
    script(home.resolve("mvnw"), "echo broken >&2; exit 1");
    Start failed = start(home.resolve("unmask"), "tasks");
    assertThat(failed.code()).isEqualTo(1);
    assertThat(failed.out()).isEmpty();
    assertThat(failed.err()).contains("broken", "the build failed");
    layOutAgain();
    assertThat(start(home.resolve("unmask"), "tasks").code()).isZero();
  }

  private void layOutAgain() throws IOException {
    script(home.resolve("mvnw"), "mkdir -p bench/target/app");
  }

  @Test
  void aLockLeftBehind_isTakenOver() throws Exception {
    Path lock = Files.createDirectories(home.resolve("bench/target/build.lock"));
    Process gone = new ProcessBuilder("true").start();
    gone.waitFor();
    Files.writeString(lock.resolve("pid"), gone.pid() + "\n");
    assertThat(start(home.resolve("unmask"), "tasks").code()).isZero();
    assertThat(builds()).isEqualTo(1);
  }
}

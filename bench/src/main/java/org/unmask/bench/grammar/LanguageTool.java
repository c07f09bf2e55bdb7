package org.unmask.bench.grammar;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.unmask.tasks.metric.GrammarChecker;

/**
 * LanguageTool {@code en-US} with all its default rules, as ParallelBench asks it.
 *
 * <p>Its ninety jars are no modules and some share packages, so they can be neither on the module
 * path nor linked against: they lie in a folder of their own and are called through method handles.
 * Nothing is read from that folder before the first {@link #newChecker}, which takes seconds and
 * some 300 MB; checkers made later share the classes and most of the data.
 *
 * <p>Safe for use by several threads; the checkers it makes are not.
 */
public final class LanguageTool {

  /** Where the build puts the jars, seen from the home of Unmask. */
  public static final Path FOLDER = Path.of("languagetool", "target", "jars");

  private static final Pattern CORE_JAR = Pattern.compile("languagetool-core-(.+)\\.jar");

  private final List<Path> jars;
  private final String version;
  private @Nullable Loaded loaded;

  private record Loaded(ClassLoader loader, MethodHandle constructor, MethodHandle check) {}

  private LanguageTool(List<Path> jars, String version) {
    this.jars = jars;
    this.version = version;
  }

  /**
   * Finds LanguageTool, without loading it.
   *
   * @param home the folder of Unmask
   * @throws IOException if the build has not put it there
   */
  public static LanguageTool in(Path home) throws IOException {
    Path folder = home.resolve(FOLDER);
    if (Files.isDirectory(folder)) {
      try (var files = Files.list(folder)) {
        List<Path> jars = files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
        for (Path jar : jars) {
          Matcher core = CORE_JAR.matcher(jar.getFileName().toString());
          if (core.matches()) {
            return new LanguageTool(jars, "LanguageTool " + core.group(1) + " en-US");
          }
        }
      }
    }
    throw new IOException(
        "text tasks need LanguageTool, but "
            + folder
            + " lacks it; run ./mvnw package, or leave text tasks out");
  }

  /** Returns name, version and language. */
  public String version() {
    return version;
  }

  /**
   * Makes a checker for one thread.
   *
   * @throws IllegalStateException if the jars do not fit together
   */
  public GrammarChecker newChecker() {
    Loaded tool = load();
    MethodHandle check = tool.check().bindTo(within(tool.loader(), tool.constructor()::invoke));
    return new GrammarChecker() {
      @Override
      public int mistakes(String text) {
        return ((List<?>) within(tool.loader(), () -> check.invoke(text))).size();
      }

      @Override
      public String version() {
        return version;
      }
    };
  }

  private synchronized Loaded load() {
    if (loaded == null) {
      // never closed: LanguageTool loads classes as it goes, and keeps static data
      ClassLoader loader =
          new URLClassLoader(
              "languagetool",
              jars.stream().map(LanguageTool::url).toArray(URL[]::new),
              ClassLoader.getPlatformClassLoader());
      loaded = (Loaded) within(loader, () -> handles(loader));
    }
    return loaded;
  }

  private static Loaded handles(ClassLoader loader) throws ReflectiveOperationException {
    var lookup = MethodHandles.publicLookup();
    Class<?> tool = loader.loadClass("org.languagetool.JLanguageTool");
    Object english =
        loader
            .loadClass("org.languagetool.Languages")
            .getMethod("getLanguageForShortCode", String.class)
            .invoke(null, "en-US");
    Class<?> language = loader.loadClass("org.languagetool.Language");
    return new Loaded(
        loader,
        lookup.unreflectConstructor(tool.getConstructor(language)).bindTo(english),
        lookup.unreflect(tool.getMethod("check", String.class)));
  }

  private interface Work {
    Object run() throws Throwable;
  }

  /** Runs something with LanguageTool's class loader as the thread's, where its libraries look. */
  private static Object within(ClassLoader loader, Work work) {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(loader);
    try {
      return work.run();
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(
          "LanguageTool failed (" + e + "); run ./mvnw clean package to fetch it again", e);
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private static URL url(Path jar) {
    try {
      return jar.toUri().toURL();
    } catch (MalformedURLException e) {
      throw new IllegalStateException(e);
    }
  }
}

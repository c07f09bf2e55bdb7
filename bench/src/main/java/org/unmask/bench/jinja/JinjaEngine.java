package org.unmask.bench.jinja;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * The Jinja engine. Its thirty jars are no modules, so they lie in a folder of their own, with the
 * one class that is called; nothing of it is loaded before the first template that needs it.
 *
 * <p>Safe for use by several threads.
 */
public final class JinjaEngine {

  /** Where the build puts the engine, seen from the home of Unmask. */
  public static final Path FOLDER = Path.of("jinja", "target");

  private final ClassLoader loader;
  private final BiFunction<String, Map<String, ?>, String> renderer;

  @SuppressWarnings("unchecked") // the class is compiled in this build
  private JinjaEngine(ClassLoader loader) throws ReflectiveOperationException {
    this.loader = loader;
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(loader); // where jinjava looks for its own classes
    try {
      renderer =
          (BiFunction<String, Map<String, ?>, String>)
              loader.loadClass("org.unmask.jinja.JinjaRenderer").getConstructor().newInstance();
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  /**
   * Loads the engine.
   *
   * @param home the folder of Unmask
   * @throws IOException if the build has not put it there
   */
  public static JinjaEngine in(Path home) throws IOException {
    Path folder = home.resolve(FOLDER);
    List<URL> urls = new ArrayList<>(List.of(folder.resolve("classes").toUri().toURL()));
    if (Files.isDirectory(folder.resolve("jars"))) {
      try (var jars = Files.list(folder.resolve("jars"))) {
        for (Path jar : jars.sorted().toList()) {
          urls.add(jar.toUri().toURL());
        }
      }
    }
    try {
      return new JinjaEngine( // never closed: the engine loads classes as it goes
          new URLClassLoader(
              "jinja", urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader()));
    } catch (ReflectiveOperationException | LinkageError e) {
      throw new IOException(
          "the chat template needs a Jinja engine, but "
              + folder
              + " lacks it; run ./mvnw package, or give the prompt as plain text",
          e);
    }
  }

  /**
   * Renders a template.
   *
   * @param template Jinja source
   * @param variables strings, booleans, numbers, lists and maps of them; null counts as none
   * @throws IllegalArgumentException if the template fails or asks for what is not supported
   */
  public String render(String template, Map<String, ?> variables) {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(loader);
    try {
      return renderer.apply(template, variables);
    } finally {
      thread.setContextClassLoader(before);
    }
  }
}

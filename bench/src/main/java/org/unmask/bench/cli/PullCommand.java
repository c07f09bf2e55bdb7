package org.unmask.bench.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;
import org.unmask.weights.hub.Hub;
import org.unmask.weights.hub.HubConfig;
import org.unmask.weights.hub.PullListener;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code unmask pull}: a model from a Hugging Face hub. */
@Command(
    name = "pull",
    description = {
      "Download a model into the Hugging Face cache, and print its folder.",
      "",
      "Resumes what was begun and checks every file. Honours HF_ENDPOINT, HF_HOME, HF_HUB_CACHE,"
          + " HF_TOKEN and HF_HUB_OFFLINE. Afterwards --model ORG/NAME finds it without a network."
    })
final class PullCommand extends Verb {

  @Parameters(paramLabel = "ORG/NAME", description = "The model's name on the hub.")
  String repo = "";

  @Option(
      names = "--revision",
      paramLabel = "R",
      defaultValue = "main",
      order = 1,
      description = "Branch, tag or commit.")
  String revision = "main";

  @Override
  void run() throws IOException {
    HubConfig config = hubConfig(terminal());
    Path folder;
    try (Listener listener = new Listener(terminal())) {
      folder = new Hub(config).pull(repo, revision, listener);
    }
    if (json) {
      print(
          Json.object()
              .put("model", repo)
              .put("revision", revision)
              .put("folder", folder.toString()));
    } else {
      print(folder.toString());
    }
  }

  /** Reads where models are pulled from and kept. */
  static HubConfig hubConfig(Terminal terminal) throws IOException {
    return HubConfig.of(terminal.environment(), Path.of(System.getProperty("user.home", "")));
  }

  /** One bar for all files on a terminal, else a line for each. Called by several threads. */
  private static final class Listener implements PullListener, AutoCloseable {

    private final Terminal terminal;
    private final @Nullable ProgressBar bar;

    Listener(Terminal terminal) {
      this.terminal = terminal;
      bar =
          terminal.errIsTerminal()
              ? new ProgressBarBuilder()
                  .setTaskName("pull")
                  .setInitialMax(0)
                  .setUnit(" MB", 1_000_000)
                  .showSpeed()
                  .setStyle(
                      terminal.colour()
                          ? ProgressBarStyle.COLORFUL_UNICODE_BLOCK
                          : ProgressBarStyle.UNICODE_BLOCK)
                  .setUpdateIntervalMillis(200)
                  .setConsumer(
                      new DelegatingProgressBarConsumer(
                          this::redraw, Math.min(110, Integer.getInteger("unmask.columns", 80))))
                  .startsFrom(0, Duration.ZERO)
                  .build()
              : null;
    }

    private void redraw(String line) {
      terminal.err().print("\r" + line);
      terminal.err().flush();
    }

    @Override
    public synchronized void planned(int files, long bytes) {
      if (bar != null) {
        bar.maxHint(bar.getMax() + bytes);
      } else if (files > 0) {
        terminal.note(String.format(Locale.ROOT, "%d files, %.1f MB", files, bytes / 1e6));
      }
    }

    @Override
    public void advanced(String file, long bytes) {
      if (bar != null) {
        bar.stepBy(bytes);
      }
    }

    @Override
    public void retrying(String file, String reason) {
      terminal.note(file + ": " + reason + "; trying again");
    }

    @Override
    public void finished(String file) {
      if (bar == null) {
        terminal.note(file + " done");
      }
    }

    @Override
    public void close() {
      if (bar != null) {
        bar.close();
        terminal.err().println();
      }
    }
  }
}

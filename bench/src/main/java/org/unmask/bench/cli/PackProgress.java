package org.unmask.bench.cli;

import java.util.Locale;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;
import org.unmask.model.pack.PackListener;

/** Shows how packing a big model gets on: a bar on a terminal, else a line. */
final class PackProgress implements PackListener, AutoCloseable {

  private static final long BIG = 500_000_000; // below, it is done before anybody asks

  private final Terminal terminal;
  private @Nullable ProgressBar bar;
  private @Nullable Phase phase;

  PackProgress(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void progress(Phase phase, long done, long total) {
    if (total < BIG) {
      return;
    }
    if (phase != this.phase) {
      close();
      this.phase = phase;
      String what = phase == Phase.PACK ? "packing weights" : "checking packed weights";
      if (terminal.errIsTerminal()) {
        bar = bar(what, total);
      } else {
        terminal.note(String.format(Locale.ROOT, "%s, %.1f GB", what, total / 1e9));
      }
    }
    if (bar != null) {
      bar.stepTo(done);
    }
  }

  private ProgressBar bar(String what, long total) {
    return new ProgressBarBuilder()
        .setTaskName(what)
        .setInitialMax(total)
        .setUnit(" MB", 1_000_000)
        .showSpeed()
        .setStyle(
            terminal.colour() ? ProgressBarStyle.COLORFUL_UNICODE_BLOCK : ProgressBarStyle.ASCII)
        .setUpdateIntervalMillis(200)
        .setConsumer(
            new DelegatingProgressBarConsumer(
                this::redraw, Math.min(110, Integer.getInteger("unmask.columns", 80))))
        .build();
  }

  private void redraw(String line) {
    terminal.err().print("\r" + line);
    terminal.err().flush();
  }

  @Override
  public void note(String line) {
    close();
    terminal.note(line);
  }

  /** Ends the line of a bar. */
  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      terminal.err().println();
      bar = null;
    }
  }
}

package org.unmask.bench.cli;

import java.time.Duration;
import java.util.Locale;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;
import org.unmask.bench.sweep.Progress;

/** A progress bar on a terminal, a plain line now and then elsewhere. */
final class TerminalProgress implements Progress {

  private static final long LINE_EVERY_NANOS = Duration.ofSeconds(10).toNanos();

  private final Terminal terminal;
  private final String unit;
  private final long total;
  private final @Nullable ProgressBar bar;
  private final long start = System.nanoTime();
  private long done;
  private long lastLine = start;

  /**
   * Begins.
   *
   * @param terminal where to show it
   * @param task in a word
   * @param done samples that are there already
   * @param total samples in all
   */
  TerminalProgress(Terminal terminal, String task, long done, long total) {
    this(terminal, task, "samples", done, total);
  }

  /** Begins with another unit than samples. */
  TerminalProgress(Terminal terminal, String task, String unit, long done, long total) {
    this.terminal = terminal;
    this.unit = unit;
    this.done = done;
    this.total = total;
    bar =
        terminal.errIsTerminal()
            ? new ProgressBarBuilder()
                .setTaskName(task)
                .setInitialMax(total)
                .startsFrom(done, Duration.ZERO)
                .setUnit(" " + unit, 1)
                .setStyle(
                    terminal.colour()
                        ? ProgressBarStyle.COLORFUL_UNICODE_BLOCK
                        : ProgressBarStyle.UNICODE_BLOCK)
                .setUpdateIntervalMillis(200)
                .setConsumer(
                    new DelegatingProgressBarConsumer(
                        this::redraw, Math.min(110, Integer.getInteger("unmask.columns", 80))))
                .build()
            : null;
  }

  private void redraw(String line) {
    terminal.err().print("\r" + line);
    terminal.err().flush();
  }

  @Override
  public void advance(int samples) {
    done += samples;
    if (bar != null) {
      bar.stepBy(samples);
      return;
    }
    long now = System.nanoTime();
    if (now - lastLine > LINE_EVERY_NANOS) {
      lastLine = now;
      terminal.note(
          String.format(
              Locale.ROOT,
              "%d of %d %s, %d s",
              done,
              total,
              unit,
              Duration.ofNanos(now - start).toSeconds()));
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

package org.unmask.bench.cli;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.function.IntFunction;
import org.unmask.decode.DecodeListener;
import org.unmask.decode.DecodeStep;

/**
 * Draws the response while it is unmasked: one frame per forward call, in place.
 *
 * <p>Masks are shaded cells, tokens unmasked by the last call stand out, everything is wrapped at
 * the terminal's width so that the number of lines to go back over is known.
 */
final class LiveCanvas implements DecodeListener {

  private static final String MASK = "░░";
  private static final String FRESH = "\033[1;36m";
  private static final String FAINT = "\033[2m";
  private static final String PLAIN = "\033[0m";
  private static final String UP_AND_CLEAR = "\r\033[%dA\033[J";

  private final PrintWriter out;
  private final IntFunction<String> text;
  private final boolean colour;
  private final int columns;
  private final long frameMs;
  private final int[] ids;
  private final boolean[] fresh;
  private int linesDrawn;
  private long pausedNanos;

  /**
   * Makes a canvas.
   *
   * @param out the terminal
   * @param text returns the text of a token
   * @param colour whether to use colour
   * @param columns width of the terminal
   * @param genLength tokens to show
   * @param frameMs least time a frame stays, in milliseconds
   */
  LiveCanvas(
      PrintWriter out,
      IntFunction<String> text,
      boolean colour,
      int columns,
      int genLength,
      long frameMs) {
    this.out = out;
    this.text = text;
    this.colour = colour;
    this.columns = Math.max(20, columns);
    this.frameMs = frameMs;
    this.ids = new int[genLength];
    this.fresh = new boolean[genLength];
    Arrays.fill(ids, -1);
  }

  @Override
  public void onStep(int request, DecodeStep step) {
    long start = System.nanoTime();
    Arrays.fill(fresh, false);
    step.remasked().forEach(position -> ids[position] = -1);
    for (int i = 0; i < step.positions().size(); i++) {
      put(step.positions().get(i), step.tokenIds().get(i));
    }
    step.edits().forEach(edit -> put(edit.position(), edit.to()));
    draw("call " + (step.step() + 1));
    try {
      Thread.sleep(frameMs);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    pausedNanos += System.nanoTime() - start;
  }

  private void put(int position, int token) {
    if (position >= 0 && position < ids.length) {
      ids[position] = token;
      fresh[position] = true;
    }
  }

  private void draw(String caption) {
    erase();
    StringBuilder frame = new StringBuilder();
    linesDrawn = 1;
    int column = 0;
    for (int i = 0; i < ids.length; i++) {
      String cell = ids[i] < 0 ? MASK : text.apply(ids[i]).replace("\n", "⏎").replace("\r", "");
      int width = cell.codePointCount(0, cell.length());
      if (column + width > columns - 1) {
        frame.append('\n');
        linesDrawn++;
        column = 0;
      }
      String style = !colour ? "" : fresh[i] ? FRESH : ids[i] < 0 ? FAINT : "";
      frame.append(style).append(cell).append(style.isEmpty() ? "" : PLAIN);
      column += width;
    }
    out.print(frame);
    out.print("\n" + (colour ? FAINT + caption + PLAIN : caption));
    out.flush();
  }

  /** Removes the last frame. */
  void erase() {
    if (linesDrawn > 0) {
      out.print(UP_AND_CLEAR.formatted(linesDrawn));
      out.flush();
      linesDrawn = 0;
    }
  }

  /** Returns how long drawing took and waited; not part of decoding. */
  long pausedNanos() {
    return pausedNanos;
  }
}

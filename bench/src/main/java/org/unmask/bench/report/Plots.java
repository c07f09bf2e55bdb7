package org.unmask.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.unmask.bench.sweep.Curve;
import org.unmask.bench.sweep.Measure;
import org.unmask.bench.sweep.Plan;
import org.unmask.bench.sweep.Summary;

/** The curves as pictures for papers: {@code plots/average.svg}, {@code .png}, one SVG per task. */
final class Plots {

  private static final int WIDTH = 720;
  private static final int HEIGHT = 460;

  private Plots() {}

  /**
   * Draws the average and every task.
   *
   * @param summary what was measured
   * @param folder gets a folder {@code plots}
   * @throws IOException if the disk refuses them
   */
  static void write(Summary summary, Path folder) throws IOException {
    Path plots = Files.createDirectories(folder.resolve("plots"));
    Optional<XYChart> average =
        chart(summary, "Average of " + summary.plan().tasks().size(), Curve.Point::average);
    if (average.isPresent()) {
      save(average.get(), plots.resolve("average.svg"));
      try (var out = Files.newOutputStream(plots.resolve("average.png"))) {
        BitmapEncoder.saveBitmap(average.get(), out, BitmapFormat.PNG);
      }
    }
    for (Plan.Task task : summary.plan().tasks()) {
      Optional<XYChart> chart =
          chart(summary, task.name(), p -> Optional.ofNullable(p.tasks().get(task.id())));
      if (chart.isPresent()) {
        save(chart.get(), plots.resolve(task.id().replace('/', '-') + ".svg"));
      }
    }
  }

  private static void save(XYChart chart, Path file) throws IOException {
    try (var out = Files.newOutputStream(file)) {
      VectorGraphicsEncoder.saveVectorGraphic(chart, out, VectorGraphicsFormat.SVG);
    }
  }

  private static Optional<XYChart> chart(
      Summary summary, String title, Function<Curve.Point, Optional<Measure>> measure) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle("tokens per step")
            .yAxisTitle("score")
            .build();
    chart.getStyler().setXAxisLogarithmic(true);
    chart.getStyler().setYAxisMin(0.0);
    chart.getStyler().setYAxisMax(100.0);
    boolean several = summary.plan().models().size() > 1;
    boolean drawn = false;
    for (Curve curve : summary.curves()) {
      List<Measure> points =
          curve.points().stream().flatMap(point -> measure.apply(point).stream()).toList();
      if (!points.isEmpty()) {
        drawn = true;
        chart.addSeries(
            several ? curve.model() + " " + curve.strategy().name() : curve.strategy().name(),
            points.stream().mapToDouble(Measure::tokensPerStep).toArray(),
            points.stream().mapToDouble(Measure::score).toArray());
      }
    }
    return drawn ? Optional.of(chart) : Optional.empty();
  }
}

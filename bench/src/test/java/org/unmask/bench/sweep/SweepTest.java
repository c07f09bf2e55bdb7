package org.unmask.bench.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmask.bench.load.LoadedModel;
import org.unmask.model.DelegatingDenoiser;
import org.unmask.model.Denoiser;
import org.unmask.model.Query;
import org.unmask.tasks.TaskData;
import org.unmask.tasks.parallelbench.ParallelBench;
import org.unmask.tasks.parallelbench.Sample;
import org.unmask.tasks.parallelbench.Task;
import org.unmask.weights.Checkpoint;
import tools.jackson.databind.json.JsonMapper;

/** What becomes of samples whose decoding fails. */
class SweepTest {

  private static final Path HOME = Path.of("").toAbsolutePath().getParent();
  private static final Progress NO_PROGRESS =
      new Progress() {
        @Override
        public void advance(int samples) {}

        @Override
        public void close() {}
      };

  @TempDir Path temp;

  /** A network that fails on some calls. */
  private static final class Flaky extends DelegatingDenoiser {
    private final Predicate<List<Query>> fails;

    Flaky(Denoiser denoiser, Predicate<List<Query>> fails) {
      super(denoiser);
      this.fails = fails;
    }

    @Override
    public void forward(List<Query> queries) {
      if (fails.test(queries)) {
        throw new IllegalStateException("cosmic ray");
      }
      super.forward(queries);
    }
  }

  private List<SampleRow> run(Predicate<List<Query>> fails) throws IOException {
    Map<Task, List<Sample>> samples = new LinkedHashMap<>();
    Task copy = ParallelBench.task("waiting_line/copy");
    samples.put(copy, TaskData.balanced(TaskData.generated(copy, 42), 5));
    Path folder = Checkpoint.resolve("unmask-llada-6m", HOME);
    try (LoadedModel model = LoadedModel.open(folder, 1, "auto")) {
      Plan plan =
          new Plan(
              "paper-2510",
              "generated",
              "",
              Shard.WHOLE,
              List.of(new Plan.Model(model.name(), "00")),
              List.of(new Plan.Task(copy.id(), copy.name(), copy.figureMetric(), 32, 5)),
              Grid.strategies(List.of("llada-low-confidence"), Map.of("tokens-per-step", "8")));
      try (RunFolder run =
              RunFolder.open(
                  temp.resolve("run"),
                  plan.json(),
                  JsonMapper.shared().createObjectNode(),
                  warning -> {});
          Scorer scorer = Scorer.rulesOnly()) {
        new Sweep(plan, samples, scorer, EnergyMeter.none(), 3, 1, () -> false)
            .run(model, new Flaky(model.denoiser(), fails), run, NO_PROGRESS);
        assertThat(run.traces()).hasSize(1);
        assertThat(run.traces().getFirst().steps()).hasSize(4);
        assertThat(Summary.of(plan, run.rows()).complete()).isTrue();
        return run.rows();
      }
    }
  }

  @Test
  void aPassThatFailsOnce_costsNothing() throws IOException {
    int[] calls = {0};
    List<SampleRow> rows = run(queries -> ++calls[0] == 3);
    assertThat(rows).hasSize(5).noneMatch(SampleRow::failed);
    assertThat(rows).allMatch(row -> row.nfe() == 4);
  }

  @Test
  void aSampleThatFailsTwice_isRecorded_andTheOthersGoOn() throws IOException {
    Map<Integer, Integer> lengths = new HashMap<>();
    // the second sample of the first batch: the only thing known of it is its length
    int[] bad = {-1};
    List<SampleRow> rows =
        run(
            queries -> {
              if (bad[0] < 0) {
                bad[0] = length(queries.get(1));
              }
              queries.forEach(q -> lengths.merge(length(q), 1, Integer::sum));
              return queries.stream().anyMatch(q -> length(q) == bad[0]);
            });
    assertThat(rows).hasSize(5);
    assertThat(rows).filteredOn(SampleRow::failed).isNotEmpty().hasSizeLessThan(5);
    assertThat(rows)
        .filteredOn(SampleRow::failed)
        .allMatch(row -> "cosmic ray".equals(row.error()) && row.scores().isEmpty());
    Measure measure = Measure.of(rows, "score");
    long failed = rows.stream().filter(SampleRow::failed).count();
    assertThat(measure.failed()).isEqualTo((int) failed);
    assertThat(measure.tokensPerStep()).isEqualTo(8);
    assertThat(measure.score()).isEqualTo(100.0 * (5 - failed) / 5);
  }

  private static int length(Query query) {
    return query.rowCount();
  }
}

package org.unmask.bench.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.unmask.tasks.TaskData;
import org.unmask.tasks.metric.GrammarChecker;
import org.unmask.tasks.parallelbench.ParallelBench;
import org.unmask.tasks.parallelbench.Sample;
import org.unmask.tasks.parallelbench.Task;

class ScorerTest {

  private static final Task TEXT = ParallelBench.task("words_to_sentence/easy");
  private static final Sample SAMPLE = TaskData.generated(TEXT, 42).getFirst();

  /** A checker that tolerates no other thread than its first. */
  private static GrammarChecker checker(Runnable before) {
    return new GrammarChecker() {
      private final Set<Thread> users = ConcurrentHashMap.newKeySet();

      @Override
      public int mistakes(String text) {
        users.add(Thread.currentThread());
        assertThat(users).hasSize(1);
        before.run();
        return text.contains("x") ? 1 : 0;
      }

      @Override
      public String version() {
        return "test";
      }
    };
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void text_isScoredInTheBackground_oneCheckerAThread() {
    CountDownLatch go = new CountDownLatch(1);
    AtomicInteger checkers = new AtomicInteger();
    Set<String> results = ConcurrentHashMap.newKeySet();
    try (Scorer scorer =
        Scorer.withGrammar(
            () -> {
              checkers.incrementAndGet();
              return checker(() -> await(go));
            },
            2)) {
      for (int i = 0; i < 50; i++) {
        String output = i % 2 == 0 ? "fine " + i : "x " + i;
        scorer.score(
            TEXT, SAMPLE, output, scores -> results.add(output + scores.get("grammar_score")));
      }
      assertThat(results).isEmpty(); // nobody waited
      go.countDown();
      scorer.finish(true);
    }
    assertThat(results).hasSize(50).contains("fine 481.0", "x 490.0");
    assertThat(checkers.get()).isBetween(1, 2);
  }

  @Test
  void rules_areScoredAtOnce() {
    Task copy = ParallelBench.task("waiting_line/copy");
    Sample sample = TaskData.generated(copy, 42).getFirst();
    AtomicInteger scored = new AtomicInteger();
    try (Scorer scorer = Scorer.rulesOnly()) {
      scorer.score(
          copy,
          sample,
          sample.answer().example(),
          s -> scored.addAndGet((int) (double) s.get("score")));
    }
    assertThat(scored).hasValue(1);
  }

  @Test
  void aStop_dropsWhatWaits_andAFailureIsRaised() {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    AtomicInteger scored = new AtomicInteger();
    try (Scorer scorer =
        Scorer.withGrammar(
            () ->
                checker(
                    () -> {
                      begun.countDown();
                      await(go);
                    }),
            1)) {
      for (int i = 0; i < 5; i++) {
        scorer.score(TEXT, SAMPLE, "text", (Map<String, Double> _) -> scored.incrementAndGet());
      }
      await(begun);
      Thread.ofVirtual()
          .start(
              () -> {
                // lets the checker go once finish() has had time to drop the rest
                try {
                  Thread.sleep(100);
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
                go.countDown();
              });
      scorer.finish(false);
      assertThat(scored).hasValue(1);
    }
    try (Scorer scorer = Scorer.withGrammar(() -> checker(() -> {}), 1)) {
      scorer.score(
          TEXT,
          SAMPLE,
          "text",
          _ -> {
            throw new IllegalStateException("disk full");
          });
      assertThatThrownBy(() -> scorer.finish(true)).hasMessage("disk full");
    }
  }
}

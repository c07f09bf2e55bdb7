package org.unmask.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScheduleTest {

  private static List<Integer> quotas(Schedule schedule, int tokens, int steps) {
    List<Integer> quotas = new ArrayList<>();
    int left = tokens;
    for (int i = 0; i < steps; i++) {
      int quota = schedule.quota(i, steps, tokens, left);
      quotas.add(quota);
      left -= quota;
    }
    return quotas;
  }

  @Test
  void even_putsTheRemainderFirst() {
    assertThat(quotas(Schedule.EVEN, 32, 10)).containsExactly(4, 4, 3, 3, 3, 3, 3, 3, 3, 3);
    assertThat(quotas(Schedule.EVEN, 32, 32)).hasSize(32).containsOnly(1);
  }

  @Test
  void even_fewerTokensThanSteps_endsWithNothing() {
    assertThat(quotas(Schedule.EVEN, 2, 4)).containsExactly(1, 1, 0, 0);
  }

  @Test
  void dreamLinear_roundsDownAndCatchesUpAtTheEnd() {
    assertThat(quotas(new Schedule.DreamLinear(1e-3), 32, 8))
        .containsExactly(3, 4, 4, 4, 4, 4, 4, 5);
    assertThat(quotas(new Schedule.DreamLinear(0), 32, 8)).containsExactly(4, 3, 4, 4, 4, 4, 4, 5);
    List<Integer> single = quotas(new Schedule.DreamLinear(1e-3), 32, 32);
    assertThat(single.getFirst()).isZero();
    assertThat(single.getLast()).isEqualTo(2);
  }

  @Test
  void dreamLinear_sumsToTheTokens() {
    for (int tokens = 1; tokens <= 64; tokens++) {
      for (int steps = 1; steps <= tokens; steps++) {
        for (double eps : new double[] {0, 1e-3}) {
          List<Integer> quotas = quotas(new Schedule.DreamLinear(eps), tokens, steps);
          assertThat(quotas.stream().mapToInt(i -> i).sum())
              .as("%d tokens, %d steps, eps %s: %s", tokens, steps, eps, quotas)
              .isEqualTo(tokens);
        }
      }
    }
  }
}

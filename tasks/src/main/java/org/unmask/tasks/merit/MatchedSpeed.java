package org.unmask.tasks.merit;

import java.util.List;

/**
 * Speed at matched quality: tokens per step at which a strategy's average score is still at least a
 * given level, with an interval over the samples. A level that is not reached counts as speed 0.
 *
 * @param settings what the strategy did at each setting
 * @param adaptive whether lines between settings count, as in {@link PbScore#adaptive}
 */
public record MatchedSpeed(List<Setting> settings, boolean adaptive) {

  /** Checks that all settings saw the same number of samples. */
  public MatchedSpeed {
    settings = List.copyOf(settings);
    if (settings.stream().map(setting -> setting.scores().length).distinct().count() != 1) {
      throw new IllegalArgumentException("all settings need results of the same samples");
    }
  }

  /**
   * One setting of a strategy on all samples.
   *
   * @param tokensPerStep speed of each sample
   * @param scores quality of each sample, in percent
   */
  public record Setting(double[] tokensPerStep, double[] scores) {

    /** Copies both and checks their lengths. */
    public Setting {
      tokensPerStep = tokensPerStep.clone();
      scores = scores.clone();
      if (tokensPerStep.length != scores.length) {
        throw new IllegalArgumentException(
            "there are %d speeds, but %d scores".formatted(tokensPerStep.length, scores.length));
      }
    }
  }

  /**
   * Returns the speed at a level.
   *
   * @param level least average score, in percent
   * @param confidence share of resamples that the interval holds
   * @param bootstrap of as many samples as there are results
   */
  public Bootstrap.Interval at(double level, double confidence, Bootstrap bootstrap) {
    return bootstrap.interval(confidence, drawn -> speed(level, drawn));
  }

  /**
   * Returns how much faster this strategy is than another on the same samples.
   *
   * @param other the strategy to compare with
   * @param level least average score of both, in percent
   * @param confidence share of resamples that the interval holds
   * @param bootstrap of as many samples as there are results
   * @return the difference in tokens per step
   */
  public Bootstrap.Interval over(
      MatchedSpeed other, double level, double confidence, Bootstrap bootstrap) {
    return bootstrap.interval(confidence, drawn -> speed(level, drawn) - other.speed(level, drawn));
  }

  private double speed(double level, int[] drawn) {
    var points =
        settings.stream()
            .map(
                setting ->
                    new Point(
                        Bootstrap.mean(setting.tokensPerStep(), drawn),
                        Bootstrap.mean(setting.scores(), drawn)))
            .toList();
    var speed = adaptive ? PbScore.adaptive(points, level) : PbScore.fixed(points, level);
    return speed.orElse(0);
  }
}

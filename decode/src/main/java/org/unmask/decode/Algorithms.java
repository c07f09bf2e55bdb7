package org.unmask.decode;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The catalogue of decoding algorithms. */
public final class Algorithms {

  private static final Map<String, Algorithm> BY_ID =
      Stream.of(
              LladaSampler.algorithms(),
              DreamSampler.algorithms(),
              Learn2Pd.algorithms(),
              BlockRule.algorithms(),
              List.of(
                  LeftToRight.ALGORITHM,
                  Threshold.ALGORITHM,
                  Factor.ALGORITHM,
                  LocalLeap.ALGORITHM,
                  AdaBlock.ALGORITHM,
                  StreamingDllm.ALGORITHM,
                  EbSampler.ALGORITHM,
                  Klass.ALGORITHM,
                  PcSampler.ALGORITHM,
                  PcSampler.LINEAR,
                  RunningConfidence.ALGORITHM,
                  Saber.ALGORITHM,
                  Remdm.ALGORITHM,
                  Wino.ALGORITHM,
                  Prophet.ALGORITHM,
                  SlowFast.ALGORITHM,
                  DInferThreshold.ALGORITHM,
                  CreditDecoding.ALGORITHM,
                  Hierarchy.ALGORITHM,
                  Oracle.ALGORITHM,
                  Dus.ALGORITHM,
                  Sched.ALGORITHM,
                  PipelinedBlocks.ALGORITHM,
                  Remix.ALGORITHM,
                  Dawn.ALGORITHM,
                  Clad.ALGORITHM,
                  TokenEditing.ALGORITHM,
                  FastDllmV2.ALGORITHM,
                  FreeDave.ALGORITHM,
                  S2d2.ALGORITHM,
                  Apd.ALGORITHM,
                  LeftRight.ALGORITHM,
                  Padir.ALGORITHM,
                  Gibbs.ALGORITHM,
                  Autoregressive.ALGORITHM,
                  Speculative.ALGORITHM,
                  PromptLookup.ALGORITHM,
                  Aded.ALGORITHM,
                  Swift.ALGORITHM,
                  SpecDiff.ALGORITHM,
                  Chimera.ALGORITHM,
                  Space.ALGORITHM,
                  Assd.ALGORITHM,
                  CascadeDecoding.ALGORITHM))
          .flatMap(List::stream)
          .collect(Collectors.toMap(Algorithm::id, a -> a, (a, b) -> a, LinkedHashMap::new));

  private Algorithms() {}

  /** Returns every algorithm, baselines first. */
  public static List<Algorithm> all() {
    return List.copyOf(BY_ID.values());
  }

  /**
   * Finds an algorithm.
   *
   * @param id canonical id, such as {@code threshold}
   * @throws IllegalArgumentException if there is none of that id, with the nearest one
   */
  public static Algorithm byId(String id) {
    Algorithm found = BY_ID.get(id);
    if (found == null) {
      throw new IllegalArgumentException(
          "algorithm '" + id + "' is unknown; " + Spelling.remedy(id, BY_ID.keySet()));
    }
    return found;
  }
}

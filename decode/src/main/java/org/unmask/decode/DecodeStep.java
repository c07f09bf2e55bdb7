package org.unmask.decode;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one forward call did to a sequence. Positions count from the start of the response; negative
 * ones lie in the prompt.
 *
 * @param step number of the call, from 0
 * @param kind what the call was for
 * @param block index of the block in which tokens were unmasked, -1 if none were
 * @param forwardOffset first row fed, from the start of the sequence
 * @param forwardLength how many rows were fed
 * @param positions positions unmasked, ascending
 * @param tokenIds their tokens
 * @param confidence how sure the rule's score was of each
 * @param remaskedBefore positions set back to the mask before the call, ascending
 * @param remasked positions set back to the mask after it, ascending
 * @param edits tokens replaced by other tokens
 * @param details what else the rule went by, under the names of the golden traces; lists, numbers,
 *     strings and booleans. Two of them change the canvas: {@code eos_filled_from}, from where on
 *     it was filled with {@code eos_id}, and {@code length}, to which the response was cut
 * @param work what was computed
 * @param predictions what the network said of each predicted row; null unless asked for, and where
 *     the step made more than one call
 * @param staleness what the cache cost in accuracy; null unless measured
 */
public record DecodeStep(
    int step,
    Kind kind,
    int block,
    int forwardOffset,
    int forwardLength,
    List<Integer> positions,
    List<Integer> tokenIds,
    List<Double> confidence,
    List<Integer> remaskedBefore,
    List<Integer> remasked,
    List<Edit> edits,
    Map<String, Object> details,
    Work work,
    @Nullable RowPredictions predictions,
    @Nullable Staleness staleness) {

  /** What a call was for. */
  public enum Kind {
    /** Unmasks tokens. */
    DENOISE,
    /** Fills or refreshes a cache; may unmask tokens too. */
    PREFILL,
    /** Stores a finished block in a cache. */
    STORE,
    /** Verifies a draft. */
    VERIFY
  }

  /**
   * A token replaced by another.
   *
   * @param position from the start of the response
   * @param from the token before
   * @param to the token after
   * @param confidence probability of the new token
   */
  public record Edit(int position, int from, int to, double confidence) {}

  /**
   * Rows computed by one network.
   *
   * @param calls forward calls
   * @param queryRows rows fed
   * @param keyRows keys visible, summed over the calls
   * @param pairs rows times keys, summed over the calls
   * @param predictedRows rows whose logits were computed
   * @param keptRows those of {@code queryRows} that only the first layer computed, because the
   *     others kept what they had
   */
  public record Rows(
      int calls, long queryRows, long keyRows, long pairs, long predictedRows, long keptRows) {

    /** None. */
    public static final Rows NONE = new Rows(0, 0, 0, 0, 0, 0);

    /** Returns what was added since another count. */
    Rows since(Rows before) {
      return new Rows(
          calls - before.calls,
          queryRows - before.queryRows,
          keyRows - before.keyRows,
          pairs - before.pairs,
          predictedRows - before.predictedRows,
          keptRows - before.keptRows);
    }
  }

  /**
   * What a step computed.
   *
   * @param main by the main network
   * @param auxiliary by the auxiliary network
   */
  public record Work(Rows main, Rows auxiliary) {

    /** Nothing. */
    public static final Work NONE = new Work(Rows.NONE, Rows.NONE);
  }

  /** Copies the lists. */
  public DecodeStep {
    positions = List.copyOf(positions);
    tokenIds = List.copyOf(tokenIds);
    confidence = List.copyOf(confidence);
    remaskedBefore = List.copyOf(remaskedBefore);
    remasked = List.copyOf(remasked);
    edits = List.copyOf(edits);
    details = Collections.unmodifiableMap(new LinkedHashMap<>(details));
  }
}

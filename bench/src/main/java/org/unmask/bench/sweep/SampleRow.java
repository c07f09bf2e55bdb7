package org.unmask.bench.sweep;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One measured sample: a line of {@code samples.jsonl}.
 *
 * @param model name of the model
 * @param task task id
 * @param strategy name of the strategy, as in {@link Strategy#name}
 * @param setting label of the grid point, as in {@link Setting#label}
 * @param index index of the sample in the task, from 0
 * @param output decoded text of all generated tokens, special tokens removed
 * @param scores metrics by name, each in [0, 1]
 * @param genLength generated tokens M, padding included
 * @param nfe forward passes
 * @param keptTokens generated tokens that are text, neither padding nor end marks
 * @param auxiliaryNfe forward passes of another network, such as one that drafts
 * @param draftedTokens tokens that were drafted and verified
 * @param acceptedTokens those of them that were accepted
 * @param ms this sample's share of the wall-clock time of its batch, in milliseconds, divided by
 *     forward passes
 * @param joules this sample's share of the energy, as for {@code ms}; null where it is not measured
 * @param error why the sample could not be decoded, twice; null if it was. Its scores are then
 *     empty, and count as 0
 */
public record SampleRow(
    String model,
    String task,
    String strategy,
    String setting,
    int index,
    String output,
    Map<String, Double> scores,
    @JsonProperty("gen_length") int genLength,
    int nfe,
    @JsonProperty("kept_tokens") int keptTokens,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT) @JsonProperty("auxiliary_nfe") int auxiliaryNfe,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT) @JsonProperty("drafted_tokens") int draftedTokens,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT) @JsonProperty("accepted_tokens")
        int acceptedTokens,
    double ms,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Double joules,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String error) {

  /**
   * Identifies a sample within a run.
   *
   * @param model as in the row
   * @param task as in the row
   * @param strategy as in the row
   * @param setting as in the row
   * @param index as in the row
   */
  public record Key(String model, String task, String strategy, String setting, int index) {}

  /** Returns what identifies this row. */
  @JsonIgnore
  public Key key() {
    return new Key(model, task, strategy, setting, index);
  }

  /** Tells whether the sample could not be decoded. */
  @JsonIgnore
  public boolean failed() {
    return error != null;
  }

  /** Returns ParallelBench's tokens per step, M / NFE. */
  @JsonIgnore
  public double tokensPerStep() {
    return (double) genLength / nfe;
  }
}

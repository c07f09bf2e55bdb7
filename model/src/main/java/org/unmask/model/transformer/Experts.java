package org.unmask.model.transformer;

import java.util.List;

/**
 * A mixture of experts: which layers have one, and how a router picks the experts of a row.
 *
 * @param count experts per layer, E
 * @param perToken experts chosen for each row, at most those of the groups kept
 * @param intermediateSize inner size of one expert
 * @param sharedSize inner size of the expert every row passes through, 0 for none
 * @param router how scores are made
 * @param groups expert groups; divides {@code count}; 1 for none
 * @param groupsPerToken groups kept, by the sum of their two highest scores; at most {@code groups}
 * @param isNormalised whether the weights of the chosen are divided by their sum
 * @param scale factor on the weights
 * @param layers per layer, whether it has experts (or one dense MLP)
 */
public record Experts(
    int count,
    int perToken,
    int intermediateSize,
    int sharedSize,
    Router router,
    int groups,
    int groupsPerToken,
    boolean isNormalised,
    float scale,
    List<Boolean> layers) {

  /** How router logits become scores. */
  public enum Router {
    /** softmax over all experts; a bias, where the checkpoint has one, is part of the weight. */
    SOFTMAX,
    /** sigmoid of each; a bias changes the choice but not the weight. */
    SIGMOID
  }

  /** Tells whether a layer has experts. */
  public boolean isSparse(int layer) {
    return layers.get(layer);
  }
}

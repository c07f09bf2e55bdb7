/**
 * What an ideal model can reach with parallel decoding on list tasks: bounds of the divergence and
 * accuracies, in closed form and by exact enumeration.
 *
 * <pre>{@code
 * ClosedForms.accuracy(Operation.SHUFFLE, 6, DecodingRule.greedy(6, 2)); // 0.3125
 * IdealModel.of(Operation.INSERT_RANDOM, 6).decode(DecodingRule.greedy(7, 2)).accuracy();
 * }</pre>
 */
package org.unmask.tasks.theory;

/**
 * Scores of model outputs.
 *
 * <p>{@link org.unmask.tasks.metric.Metric} lists them; each compares an output with an {@link
 * org.unmask.tasks.metric.Answer} and returns named scores in [0, 1]. Text metrics take outside
 * opinions through {@link org.unmask.tasks.metric.Judges}.
 */
package org.unmask.tasks.metric;

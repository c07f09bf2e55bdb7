package org.unmask.decode.certify;

/**
 * What one test found.
 *
 * @param test name of the test
 * @param text what was measured, in one line
 * @param value the figure that decides: a total variation distance, a p-value, a count
 * @param holds whether the claim stands
 */
public record Finding(String test, String text, double value, boolean holds) {}

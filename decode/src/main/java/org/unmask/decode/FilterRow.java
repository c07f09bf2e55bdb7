package org.unmask.decode;

/**
 * One training row of Learn2PD's filter: a block at one step.
 *
 * @param block number of the block
 * @param step number of the step in it
 * @param isStuck whether the block was filled from the answer after this step, because the network
 *     had said the same as the step before
 * @param confidence probability of the network's best token at each position, filled ones too (B)
 * @param isCorrect whether that token is the answer's (B)
 */
public record FilterRow(
    int block, int step, boolean isStuck, float[] confidence, boolean[] isCorrect) {}

package org.unmask.decode.speculative;

/**
 * One sequence's tokens, as drafters and verifiers see them. Left to right, the committed ones are
 * those at [0, length).
 *
 * @param tokens of the sequence; only known positions hold meaning
 * @param prompt length of the prompt
 * @param length positions before which everything is known
 * @param limit end of the sequence
 */
public record Text(int[] tokens, int prompt, int length, int limit) {}

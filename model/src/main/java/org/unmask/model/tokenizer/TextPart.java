package org.unmask.model.tokenizer;

/**
 * A stretch of a text that is encoded as a whole.
 *
 * @param text any text
 * @param allowSpecial whether the text of special tokens in it becomes their ids
 */
public record TextPart(String text, boolean allowSpecial) {}

/**
 * Byte-level BPE tokenizers, read from the files that published checkpoints carry.
 *
 * {@snippet :
 * Tokenizer tokenizer = Tokenizer.load(Path.of("weights/unmask-llada-6m"));
 * int[] ids = tokenizer.encode("Hello world");
 * String text = tokenizer.decode(ids, true);
 * }
 *
 * <p>The pipeline is that of a {@code tokenizer.json}: added tokens, normalizer, pre-tokenizer,
 * BPE, post-processor, and a decoder for the way back. Ids and texts are those of the official
 * {@code tokenizers} library, its oddities included; whatever part of a file is not known here is
 * refused by name rather than skipped.
 */
package org.unmask.model.tokenizer;

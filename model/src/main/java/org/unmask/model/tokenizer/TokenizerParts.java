package org.unmask.model.tokenizer;

import java.util.BitSet;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a tokenizer is made of; see {@link Tokenizer}. */
record TokenizerParts(
    AddedTokens addedTokens,
    PreTokenizer preTokenizer,
    Bpe bpe,
    PostProcessor postProcessor,
    TokenDecoder decoder,
    Map<String, Integer> ids,
    @Nullable String[] tokens,
    BitSet special) {}

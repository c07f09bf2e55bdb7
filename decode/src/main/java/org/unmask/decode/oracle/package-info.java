/**
 * Networks that cannot err: small joint distributions whose conditional marginals are known, served
 * as a {@link org.unmask.model.Denoiser}. What a decoder gets wrong on one of them is its own
 * doing.
 *
 * <pre>{@code
 * OracleTask task = OracleTask.named("shuffle-4");
 * Decoder decoder = new Decoder(task.denoiser(), DecodeResources.none());
 * DecodeOptions options =
 *     DecodeOptions.of("threshold", Map.of("gen-length", task.length(), "temperature", 1));
 * int[] answer = decoder.decode(new DecodeRequest(task.prompt(), options)).ids();
 * boolean isRight = task.probability(task.prompt(), answer) > 0;
 * }</pre>
 */
@NullMarked
package org.unmask.decode.oracle;

import org.jspecify.annotations.NullMarked;

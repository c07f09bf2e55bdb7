/**
 * Decoding algorithms of masked diffusion language models over a {@link org.unmask.model.Denoiser}.
 *
 * <pre>{@code
 * DecodeOptions options = DecodeOptions.of("threshold", Map.of("gen-length", 64));
 * DecodeResult result = new Decoder(denoiser, resources).decode(new DecodeRequest(ids, options));
 * }</pre>
 *
 * <p>{@link org.unmask.decode.Algorithms} lists what there is. An algorithm is one choice per
 * component ({@code Strategy}): block plan, token proposer, confidence scorer, unmask policy,
 * remasker, cache policy, stop rule. {@code BlockDecoding} runs them for one sequence; what does
 * not fit its loop is a {@code Decoding} of its own. {@link org.unmask.decode.Decoder} feeds many
 * sequences to the network together.
 */
package org.unmask.decode;

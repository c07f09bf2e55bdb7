/**
 * One transformer for all families: {@link org.unmask.model.transformer.Families} says what makes
 * each different, {@link org.unmask.model.transformer.Transformer} loads weights and makes {@link
 * org.unmask.model.Denoiser denoisers}.
 *
 * <pre>{@code
 * try (Checkpoint checkpoint = Checkpoint.open(folder);
 *     WorkerPool pool = new WorkerPool(2)) {
 *   Transformer model = Transformer.load(checkpoint, pool);
 *   Denoiser denoiser = model.newDenoiser(Kernels.fastest(), pool);
 * }
 * }</pre>
 */
package org.unmask.model.transformer;

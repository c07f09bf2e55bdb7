/**
 * Checkpoint folders in the public Hugging Face layout.
 *
 * {@snippet :
 * Path folder = Checkpoint.resolve("unmask-llada-6m", Path.of("."));
 * try (Checkpoint checkpoint = Checkpoint.open(folder)) {
 *   int layers = checkpoint.config().get("n_layers").asInt();
 *   Tensor head = checkpoint.tensor("model.transformer.ff_out.weight");
 * }
 * }
 */
package org.unmask.weights;

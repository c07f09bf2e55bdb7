/**
 * Reads and writes safetensors files.
 *
 * <p>A file is mapped, not read: tensors are views of the mapping and cost no heap, whatever their
 * size.
 *
 * {@snippet :
 * try (Arena arena = Arena.ofShared()) {
 *   SafetensorsFile file = SafetensorsFile.open(Path.of("model.safetensors"), arena);
 *   float[] norm = file.tensors().get("model.norm.weight").toFloats();
 * }
 * }
 *
 * <p>The layout is {@code u64 little-endian N | N bytes of JSON header | data}. What is accepted
 * and what is refused is listed at {@link org.unmask.weights.safetensors.SafetensorsFile}.
 */
package org.unmask.weights.safetensors;

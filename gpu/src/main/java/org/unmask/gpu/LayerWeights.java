package org.unmask.gpu;

import org.jspecify.annotations.Nullable;

/**
 * One layer's weights on a device; matrices (outputs, inputs), row-major.
 *
 * @param qkv outputs [queries | keys | values]
 * @param bias of {@code qkv} in float32, or null
 * @param gateUp outputs [gate | up]
 */
public record LayerWeights(
    Buffer attentionNorm,
    Buffer qkv,
    @Nullable Buffer bias,
    @Nullable Buffer qNorm,
    @Nullable Buffer kNorm,
    Buffer output,
    Buffer mlpNorm,
    Buffer gateUp,
    Buffer down) {}

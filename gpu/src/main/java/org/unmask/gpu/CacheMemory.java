package org.unmask.gpu;

/**
 * Where the keys and values of one cache lie, counted in elements as the backend counts them: layer
 * l, slot s, element e of the keys is at {@code keys + l * layer + s * width + e}.
 *
 * @param buffer the memory
 * @param keys element offset of the first key
 * @param values element offset of the first value
 * @param layer distance of two layers; 0 for memory that layers share
 */
public record CacheMemory(Buffer buffer, long keys, long values, long layer) {}

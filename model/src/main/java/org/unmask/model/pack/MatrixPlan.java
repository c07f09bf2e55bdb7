package org.unmask.model.pack;

import org.unmask.runtime.nn.PackedLayout;
import org.unmask.runtime.nn.PackedMatrix;

/**
 * A matrix to be packed.
 *
 * @param name names of its tensors, joined by '+'
 * @param layout its size and format
 * @param source its rows; called by several threads
 */
public record MatrixPlan(String name, PackedLayout layout, PackedMatrix.RowSource source) {}

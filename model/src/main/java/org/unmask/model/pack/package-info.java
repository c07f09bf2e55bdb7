/**
 * Packing of weights when a model is loaded: in memory, or into a file that the next load maps.
 *
 * <p>A pack file belongs to one checkpoint folder and one weight format. It is used only if its key
 * fits (the checkpoint's files, the matrices packed and their layout) and every checksum is right;
 * otherwise it is made anew. It is written under a temporary name and renamed when it is whole.
 */
@NullMarked
package org.unmask.model.pack;

import org.jspecify.annotations.NullMarked;

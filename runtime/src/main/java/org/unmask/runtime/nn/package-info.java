/** Layers of a transformer over the kernels: products with packed weights, attention, the head. */
package org.unmask.runtime.nn;

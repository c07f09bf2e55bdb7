/**
 * Inner loops behind two small interfaces, {@link org.unmask.runtime.kernel.MatrixKernel} and
 * {@link org.unmask.runtime.kernel.RowKernel}, each with a scalar twin that specifies its bits.
 */
package org.unmask.runtime.kernel;

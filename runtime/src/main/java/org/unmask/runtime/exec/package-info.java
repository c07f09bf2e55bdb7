/** Threads for the parallel steps of a forward pass. */
package org.unmask.runtime.exec;

/**
 * Figures of merit over whole runs: speed at a given quality, areas under curves, confidence
 * intervals, decoding order.
 */
package org.unmask.tasks.merit;

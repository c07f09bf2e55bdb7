/**
 * Decoding traces: {@link org.unmask.decode.trace.TraceWriter} records a run, {@link
 * org.unmask.decode.trace.TraceFile} reads recordings and the traces of published decoders, {@link
 * org.unmask.decode.trace.TraceVerifier} decodes anew and finds the first difference, {@link
 * org.unmask.decode.trace.TraceDiff} compares two recordings, {@link
 * org.unmask.decode.trace.TraceResume} goes on from a step of one.
 */
package org.unmask.decode.trace;

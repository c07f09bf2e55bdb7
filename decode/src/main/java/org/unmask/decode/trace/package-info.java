/**
 * Decoding traces: {@link org.unmask.decode.trace.TraceFile} reads those made with the published
 * decoders, {@link org.unmask.decode.trace.TraceVerifier} decodes anew and finds the first
 * difference.
 */
package org.unmask.decode.trace;

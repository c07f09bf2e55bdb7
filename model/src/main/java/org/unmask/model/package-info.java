/**
 * The network as decoders see it: {@link org.unmask.model.Denoiser}, the rows of a forward call
 * ({@link org.unmask.model.Query}) and what comes back ({@link org.unmask.model.Predictions}).
 */
package org.unmask.model;

/**
 * Proofs and tests that an algorithm's output has the law it claims to have.
 *
 * <p>{@link org.unmask.decode.certify.Certificate} runs them: every random choice of the acceptance
 * rule enumerated on small targets, the whole decoder sampled on a toy network whose law is known,
 * and, for systems that do not draft, the small cases that are known exactly.
 */
@org.jspecify.annotations.NullMarked
package org.unmask.decode.certify;

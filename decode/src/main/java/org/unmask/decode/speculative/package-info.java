/**
 * Draft and verify: the one loop behind speculative decoding and its relatives.
 *
 * <p>A {@link org.unmask.decode.speculative.Drafter} proposes a {@link
 * org.unmask.decode.speculative.Draft}, a {@link org.unmask.decode.speculative.Verifier} scores all
 * of it in one pass of the network, an {@link org.unmask.decode.speculative.AcceptanceRule} says
 * what is committed. Chains, trees and slots in any order are one type. A draft declares
 * {@linkplain org.unmask.decode.speculative.Proposal how it was proposed}, and a rule {@linkplain
 * org.unmask.decode.speculative.Exactness whether it is exact} for that.
 *
 * <p>Nothing here knows options, traces or the catalogue of algorithms; {@code org.unmask.decode}
 * puts these parts together.
 */
@org.jspecify.annotations.NullMarked
package org.unmask.decode.speculative;

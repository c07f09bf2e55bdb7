package org.unmask.decode;

/**
 * What decoding one request gave, and what it cost.
 *
 * @param ids token ids of the response, not to be changed; what an early end left undecided keeps
 *     the mask token
 * @param nfe forward calls of the main network
 * @param auxiliaryNfe forward calls of an auxiliary network, such as the causal model of APD
 * @param prefillNfe those of {@code nfe} that filled or refreshed a cache
 * @param storeNfe those of {@code nfe} that only stored a finished block in a cache
 * @param queryRows rows fed to the main network, over all calls
 * @param keyRows keys visible to the rows fed, summed over the calls: rows x keys is the work of
 *     attention only where all rows see all keys
 * @param auxiliaryRows rows fed to the auxiliary network
 * @param generatedTokens tokens that were generated, padding included
 * @param keptTokens tokens before the first end token, or all if there is none
 * @param draftedTokens tokens that were drafted for the network to verify
 * @param acceptedTokens those of them that were accepted
 */
public record DecodeResult(
    int[] ids,
    int nfe,
    int auxiliaryNfe,
    int prefillNfe,
    int storeNfe,
    long queryRows,
    long keyRows,
    long auxiliaryRows,
    int generatedTokens,
    int keptTokens,
    int draftedTokens,
    int acceptedTokens) {

  /** Returns the calls that were neither prefill nor store. */
  public int decodeNfe() {
    return nfe - prefillNfe - storeNfe;
  }

  /** Returns generated tokens per forward call, padding included. */
  public double tokensPerStep() {
    return nfe == 0 ? 0 : (double) generatedTokens / nfe;
  }

  /** Returns tokens before the first end token per forward call. */
  public double keptTokensPerStep() {
    return nfe == 0 ? 0 : (double) keptTokens / nfe;
  }

  /** Returns the same result with the calls of another run counted as auxiliary ones. */
  DecodeResult withAuxiliary(DecodeResult other) {
    return new DecodeResult(
        ids,
        nfe,
        auxiliaryNfe + other.nfe,
        prefillNfe,
        storeNfe,
        queryRows,
        keyRows,
        auxiliaryRows + other.queryRows,
        generatedTokens,
        keptTokens,
        draftedTokens,
        acceptedTokens);
  }
}

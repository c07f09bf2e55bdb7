package org.unmask.decode;

/** Watches decoding. Called on the decoding thread, between forward calls. */
@FunctionalInterface
public interface DecodeListener {

  /**
   * Receives what a forward call did.
   *
   * @param request index of the request, from 0, in the order given
   * @param step what happened
   */
  void onStep(int request, DecodeStep step);
}

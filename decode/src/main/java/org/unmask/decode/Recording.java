package org.unmask.decode;

/** Takes down what a rule went by, if anybody listens. */
interface Recording {

  /** Tells whether details are recorded; ask before computing one. */
  boolean isRecorded();

  /** Records a detail of this step under a name. */
  void detail(String name, Object value);
}

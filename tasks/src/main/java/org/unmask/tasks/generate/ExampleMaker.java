package org.unmask.tasks.generate;

import org.unmask.tasks.parallelbench.Example;

/** Makes questions with answers for one task. */
interface ExampleMaker {

  /** Returns the least length of a question. */
  int minLength();

  /** Returns the greatest length of a question. */
  int maxLength();

  /** Makes a question of that length. */
  Example make(RandomStream random, int length);
}

/** A model of the size people have, drawn at random: can this machine hold it, and how fast. */
@NullMarked
package org.unmask.bench.large;

import org.jspecify.annotations.NullMarked;

/** What decoding costs beside the forward calls. */
@NullMarked
package org.unmask.bench.overhead;

import org.jspecify.annotations.NullMarked;

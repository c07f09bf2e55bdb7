/** Entry point to benchmark data; the tasks themselves are in {@code parallelbench}. */
package org.unmask.tasks;

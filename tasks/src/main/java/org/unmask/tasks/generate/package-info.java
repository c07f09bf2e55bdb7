/** Makes samples from our own word lists, equal in distribution to the benchmark's. */
package org.unmask.tasks.generate;

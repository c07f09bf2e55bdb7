/**
 * Chat templates that are not built in, rendered by the Jinja engine of the {@code jinja} folder.
 */
package org.unmask.bench.jinja;

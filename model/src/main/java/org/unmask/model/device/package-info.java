/** The seam between commands and processors other than the JVM's own threads. */
package org.unmask.model.device;

/** Random streams that never change between releases. */
package org.unmask.tasks.random;

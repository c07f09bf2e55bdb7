/** Memory of keys and values. */
package org.unmask.runtime.cache;

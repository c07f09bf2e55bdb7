/**
 * Chat templates rendered by jinjava, made to behave as Python's Jinja does.
 *
 * <p>Loaded in a class loader of its own, since jinjava and what it needs are no modules. The only
 * door is {@link org.unmask.jinja.JinjaRenderer}, a function of JDK types.
 */
@NullMarked
package org.unmask.jinja;

import org.jspecify.annotations.NullMarked;

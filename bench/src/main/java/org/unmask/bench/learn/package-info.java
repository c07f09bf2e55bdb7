/**
 * Training Learn2PD's filter: rows collected with a model are kept in a {@link
 * org.unmask.bench.learn.RowFile}, a trained filter is described by its {@link
 * org.unmask.bench.learn.FilterCard}.
 */
@NullMarked
package org.unmask.bench.learn;

import org.jspecify.annotations.NullMarked;

/**
 * The judge of grammar: LanguageTool, loaded from a folder of its own when a text task needs it.
 */
package org.unmask.bench.grammar;

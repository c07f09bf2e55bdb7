/**
 * Downloads model folders from a Hugging Face hub into the cache that other tools share.
 *
 * {@snippet :
 * Hub hub = new Hub(HubConfig.of(System.getenv(), Path.of(System.getProperty("user.home"))));
 * Path folder = hub.pull("org/name", "main", PullListener.SILENT);
 * }
 *
 * <p>A file appears under its final name only when its size and hash are right. Interrupted
 * downloads resume where they stopped.
 */
package org.unmask.weights.hub;

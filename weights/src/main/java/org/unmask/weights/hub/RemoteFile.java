package org.unmask.weights.hub;

/**
 * A file of a model on the hub.
 *
 * @param name its name, without folders
 * @param size in bytes
 * @param hash SHA-256 of its content if {@code large}, else its git blob id; lower-case
 *     hexadecimal. Also the name of its blob in the cache
 * @param large whether it is kept in large file storage
 */
record RemoteFile(String name, long size, String hash, boolean large) {}

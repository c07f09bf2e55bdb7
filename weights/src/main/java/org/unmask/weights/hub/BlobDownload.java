package org.unmask.weights.hub;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Downloads one file into the cache: resumes, retries, verifies, and only then gives it its name.
 */
final class BlobDownload {
  private static final int BUFFER_BYTES = 1 << 18;
  private static final long PROGRESS_BYTES = 1 << 20; // a try that got this far costs no retry

  private final HubClient client;
  private final HubConfig config;
  private final HubCache cache;
  private final RemoteFile file;
  private final URI uri;
  private final PullListener listener;

  BlobDownload(
      HubClient client,
      HubConfig config,
      HubCache cache,
      RemoteFile file,
      URI uri,
      PullListener listener) {
    this.client = client;
    this.config = config;
    this.cache = cache;
    this.file = file;
    this.uri = uri;
    this.listener = listener;
  }

  void run() throws IOException {
    Path incomplete = cache.incomplete(file);
    Files.createDirectories(incomplete.getParent());
    try (FileChannel channel =
            FileChannel.open(
                incomplete,
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        FileLock lock = lock(channel)) {
      if (lock == null) {
        throw new HubException(file.name() + ": another process is downloading it; wait for it");
      }
      listener.advanced(file.name(), channel.size());
      fetchVerified(channel);
      channel.force(true);
    }
    if (!cache.has(file)) { // else another process was faster by a hair
      Files.move(incomplete, cache.blob(file), StandardCopyOption.ATOMIC_MOVE);
    }
    listener.finished(file.name());
  }

  private static @Nullable FileLock lock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) { // by another thread of this process
      return null;
    }
  }

  /** Tries until the file is whole and right. What does not verify is fetched anew, once. */
  private void fetchVerified(FileChannel channel) throws IOException {
    int failures = 0;
    boolean startedOver = false;
    while (true) {
      long before = channel.size();
      try {
        if (before != file.size()) {
          fetch(channel);
        }
        if (hash(channel).equals(file.hash())) {
          return;
        }
        startOver(channel);
        if (startedOver) {
          throw new HubException(
              file.name() + ": its hash is wrong twice over; the copy on the hub may be damaged");
        }
        startedOver = true;
        listener.retrying(file.name(), "the hash is wrong, starting over");
      } catch (TransientException e) {
        failures = channel.size() - before >= PROGRESS_BYTES ? 1 : failures + 1;
        if (failures > config.retries()) {
          throw new HubException(
              file.name() + ": " + e.getMessage() + "; pull again to resume where it stopped");
        }
        listener.retrying(file.name(), e.getMessage());
        client.backOff(failures, e);
      }
    }
  }

  /** Fetches what is missing, in one request. */
  private void fetch(FileChannel channel) throws IOException {
    if (channel.size() > file.size()) {
      startOver(channel);
    }
    long have = channel.size();
    try (HubClient.Answer answer = client.get(uri, have, file.name())) {
      boolean resumes =
          answer.status() == 206
              && answer.header("Content-Range").orElse("").startsWith("bytes " + have + "-");
      if (have > 0 && !resumes) {
        startOver(channel);
        have = 0;
      }
      if (answer.status() != 200 && !resumes) {
        throw new TransientException("the hub cannot resume it");
      }
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int n = answer.read(buffer); n >= 0; n = answer.read(buffer)) {
        if (n > file.size() - have) {
          startOver(channel);
          throw new TransientException("the hub sent more than " + file.size() + " bytes");
        }
        ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, n);
        while (bytes.hasRemaining()) {
          have += channel.write(bytes, have);
        }
        listener.advanced(file.name(), n);
      }
      if (have < file.size()) {
        throw new TransientException(
            "the connection ended after %d of %d bytes".formatted(have, file.size()));
      }
    }
  }

  private void startOver(FileChannel channel) throws IOException {
    listener.advanced(file.name(), -channel.size());
    channel.truncate(0);
  }

  /** SHA-256 of a large file's content, git's blob id of any other. */
  private String hash(FileChannel channel) throws IOException {
    MessageDigest digest = digest(file.large() ? "SHA-256" : "SHA-1");
    if (!file.large()) {
      digest.update(("blob " + file.size() + "\0").getBytes(StandardCharsets.US_ASCII));
    }
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    for (long at = 0; at < channel.size(); at += buffer.position()) {
      buffer.clear();
      channel.read(buffer, at);
      digest.update(buffer.array(), 0, buffer.position());
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest digest(String algorithm) {
    try {
      return MessageDigest.getInstance(algorithm);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has " + algorithm, e);
    }
  }
}

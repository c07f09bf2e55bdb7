package org.unmask.weights.hub;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * One model in the cache that the Hugging Face tools share:
 *
 * <pre>{@code
 * models--org--name/blobs/HASH                     contents
 * models--org--name/snapshots/COMMIT/config.json   links to them
 * models--org--name/refs/main                      COMMIT
 * }</pre>
 *
 * @param folder the model's folder
 */
record HubCache(Path folder) {

  static HubCache of(Path cache, String repo) {
    return new HubCache(cache.resolve("models--" + repo.replace("/", "--")));
  }

  Path blob(RemoteFile file) {
    return folder.resolve("blobs").resolve(file.hash());
  }

  Path incomplete(RemoteFile file) {
    return folder.resolve("blobs").resolve(file.hash() + ".incomplete");
  }

  Path snapshot(String commit) {
    return folder.resolve("snapshots").resolve(commit);
  }

  /** Tells whether a file's content is here. It got its name only after it was verified. */
  boolean has(RemoteFile file) throws IOException {
    return Files.isRegularFile(blob(file)) && Files.size(blob(file)) == file.size();
  }

  /** Shows a blob under the file's name in a snapshot. */
  void link(RemoteFile file, String commit) throws IOException {
    Path link = snapshot(commit).resolve(file.name());
    Files.createDirectories(link.getParent());
    if (Files.isRegularFile(link) && Files.size(link) == file.size()) {
      return;
    }
    Files.deleteIfExists(link);
    try {
      Files.createSymbolicLink(link, Path.of("..", "..", "blobs", file.hash()));
    } catch (UnsupportedOperationException | FileSystemException e) {
      // Windows lets only some users make symbolic links
      Path copy = link.resolveSibling(file.name() + ".incomplete");
      Files.copy(blob(file), copy, StandardCopyOption.REPLACE_EXISTING);
      Files.move(copy, link, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  /** Remembers which commit a branch or tag stood for. */
  void writeRef(String revision, String commit) throws IOException {
    if (revision.equals(commit)) {
      return;
    }
    Path ref = folder.resolve("refs").resolve(revision);
    Files.createDirectories(ref.getParent());
    Path part = ref.resolveSibling(ref.getFileName() + ".incomplete");
    Files.writeString(part, commit);
    Files.move(part, ref, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Finds the snapshot of a revision, if it was pulled before. */
  Optional<Path> find(String revision) throws IOException {
    Path ref = folder.resolve("refs").resolve(revision);
    String commit = Files.isRegularFile(ref) ? Files.readString(ref).strip() : revision;
    if (!commit.matches("[0-9a-f]{40}")) {
      return Optional.empty();
    }
    Path snapshot = snapshot(commit);
    return Files.isRegularFile(snapshot.resolve("config.json"))
        ? Optional.of(snapshot)
        : Optional.empty();
  }
}

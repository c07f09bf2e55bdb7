package org.unmask.weights.hub;

import java.util.LinkedHashMap;
import java.util.Map;
import org.unmask.weights.safetensors.Names;
import tools.jackson.databind.JsonNode;

/**
 * What the hub says about one revision of a model. Everything is checked before use, since names
 * and hashes become file names here.
 *
 * @param commit the revision's commit, 40 hexadecimal digits
 * @param files the files at the top level, by name
 */
record RepoInfo(String commit, Map<String, RemoteFile> files) {

  static RepoInfo parse(String repo, JsonNode json) throws HubException {
    String commit = json.path("sha").asString("");
    if (!commit.matches("[0-9a-f]{40}")) {
      throw new HubException(repo + ": the hub names no commit but " + Names.quote(commit));
    }
    Map<String, RemoteFile> files = new LinkedHashMap<>();
    for (JsonNode sibling : json.path("siblings")) {
      String name = sibling.path("rfilename").asString("");
      if (!name.matches("[A-Za-z0-9_+=@ ,~-][A-Za-z0-9._+=@ ,~-]*")) {
        continue; // in a folder, hidden, or not a name for every file system
      }
      JsonNode large = sibling.path("lfs");
      boolean isLarge = large.isObject();
      String hash = (isLarge ? large.path("sha256") : sibling.path("blobId")).asString("");
      JsonNode size = isLarge ? large.path("size") : sibling.path("size");
      if (!hash.matches(isLarge ? "[0-9a-f]{64}" : "[0-9a-f]{40}")
          || !size.isIntegralNumber()
          || !size.canConvertToLong()
          || size.asLong() < 0) {
        throw new HubException(
            repo + ": the hub gives no proper size and hash for " + Names.quote(name));
      }
      files.put(name, new RemoteFile(name, size.asLong(), hash, isLarge));
    }
    return new RepoInfo(commit, files);
  }
}

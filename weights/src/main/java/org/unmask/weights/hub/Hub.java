package org.unmask.weights.hub;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.unmask.weights.CheckpointException;
import org.unmask.weights.JsonFiles;
import org.unmask.weights.safetensors.Names;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Pulls models from a Hugging Face hub into the shared cache. Safe for use by several threads, and
 * by several processes on one cache.
 */
public final class Hub {
  private static final String SINGLE = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";
  private static final int MOST_INFO_BYTES = 1 << 25;
  private static final JsonMapper JSON = new JsonMapper();

  private final HubConfig config;

  /**
   * Creates a hub; asks nobody yet.
   *
   * @param config where from, where to, how patiently
   */
  public Hub(HubConfig config) {
    this.config = config;
  }

  /**
   * Finds a model that was pulled before.
   *
   * @param repo {@code org/name}
   * @param revision branch, tag or commit
   * @return its folder, if the cache has it
   * @throws IOException if the name is malformed or the cache cannot be read
   */
  public Optional<Path> find(String repo, String revision) throws IOException {
    checkNames(repo, revision);
    return HubCache.of(config.cache(), repo).find(revision);
  }

  /**
   * Brings a model's configuration, tokenizer and safetensors weights into the cache. Files that
   * are there already are not fetched again; interrupting the thread stops it, and the next call
   * resumes.
   *
   * @param repo {@code org/name}
   * @param revision branch, tag or commit, usually {@code main}
   * @param listener hears the progress
   * @return the model's folder
   * @throws HubException if the model cannot be had; the message is one line
   * @throws IOException if the cache cannot be written
   */
  public Path pull(String repo, String revision, PullListener listener) throws IOException {
    checkNames(repo, revision);
    HubCache cache = HubCache.of(config.cache(), repo);
    if (config.offline()) {
      return cache
          .find(revision)
          .orElseThrow(
              () ->
                  new HubException(
                      "%s: not in %s, and offline; pull it without HF_HUB_OFFLINE"
                          .formatted(repo, config.cache())));
    }
    try (HubClient client = new HubClient(config)) {
      RepoInfo info = info(client, repo, revision, listener);
      List<RemoteFile> small = smallFiles(repo, info);
      download(client, cache, repo, info, small, listener);
      List<RemoteFile> weights = weightFiles(repo, info, cache);
      download(client, cache, repo, info, weights, listener);
      cache.writeRef(revision, info.commit());
      return cache.snapshot(info.commit());
    }
  }

  private static void checkNames(String repo, String revision) throws HubException {
    String part = "[A-Za-z0-9_-][A-Za-z0-9._-]*";
    if (!repo.matches("(" + part + "/)?" + part) || repo.contains("..") || repo.contains("--")) {
      throw new HubException(Names.quote(repo) + " is no model name; it must read org/name");
    }
    if (!revision.matches(part + "(/" + part + ")*") || revision.contains("..")) {
      throw new HubException(
          Names.quote(revision) + " is no revision; give a branch, a tag or a commit");
    }
  }

  private RepoInfo info(HubClient client, String repo, String revision, PullListener listener)
      throws IOException {
    URI uri =
        URI.create(
            "%s/api/models/%s/revision/%s?blobs=true"
                .formatted(
                    config.endpoint(), repo, URLEncoder.encode(revision, StandardCharsets.UTF_8)));
    for (int failures = 1; ; failures++) {
      try {
        return RepoInfo.parse(repo, JSON.readTree(read(client, uri, repo)));
      } catch (JacksonException e) {
        throw new HubException(repo + ": the hub's answer is not JSON");
      } catch (TransientException e) {
        if (failures > config.retries()) {
          throw new HubException(repo + ": " + e.getMessage() + "; try again later");
        }
        listener.retrying(repo, e.getMessage());
        client.backOff(failures, e);
      }
    }
  }

  private static byte[] read(HubClient client, URI uri, String repo) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] buffer = new byte[1 << 16];
    try (HubClient.Answer answer = client.get(uri, 0, repo)) {
      for (int n = answer.read(buffer); n >= 0; n = answer.read(buffer)) {
        bytes.write(buffer, 0, n);
        if (bytes.size() > MOST_INFO_BYTES) {
          throw new HubException(repo + ": the hub's answer is too long");
        }
      }
    }
    return bytes.toByteArray();
  }

  private static List<RemoteFile> smallFiles(String repo, RepoInfo info) throws HubException {
    if (!info.files().containsKey("config.json")) {
      throw new HubException(repo + ": not a model folder, it has no config.json");
    }
    if (!info.files().containsKey(SINGLE) && !info.files().containsKey(INDEX)) {
      throw new HubException(
          repo + ": has no safetensors weights, neither " + SINGLE + " nor " + INDEX);
    }
    return info.files().values().stream()
        .filter(file -> file.name().matches(".*\\.(json|txt|jinja|model)"))
        .toList();
  }

  /** The weights: one file, or those that the index names, which has been downloaded by now. */
  private static List<RemoteFile> weightFiles(String repo, RepoInfo info, HubCache cache)
      throws IOException {
    RemoteFile single = info.files().get(SINGLE);
    if (single != null) {
      return List.of(single);
    }
    TreeSet<String> names = new TreeSet<>();
    try {
      Path index = cache.snapshot(info.commit()).resolve(INDEX);
      for (JsonNode name : JsonFiles.readObject(index).path("weight_map")) {
        names.add(name.asString(""));
      }
    } catch (CheckpointException e) {
      throw new HubException(repo + ": " + e.getMessage());
    }
    List<RemoteFile> files = new ArrayList<>();
    for (String name : names) {
      RemoteFile file = info.files().get(name);
      if (file == null) {
        throw new HubException(
            "%s: %s names %s, which the model lacks".formatted(repo, INDEX, Names.quote(name)));
      }
      files.add(file);
    }
    return files;
  }

  private void download(
      HubClient client,
      HubCache cache,
      String repo,
      RepoInfo info,
      Collection<RemoteFile> files,
      PullListener listener)
      throws IOException {
    List<RemoteFile> missing = new ArrayList<>();
    Set<String> hashes = new HashSet<>(); // files of equal content share a blob
    long bytes = 0;
    for (RemoteFile file : files) {
      if (!cache.has(file) && hashes.add(file.hash())) {
        missing.add(file);
        bytes += file.size();
      }
    }
    requireSpace(repo, bytes);
    listener.planned(missing.size(), bytes);
    ExecutorService pool =
        Executors.newFixedThreadPool(config.parallelFiles(), Thread.ofVirtual().factory());
    try {
      var running = new ExecutorCompletionService<Void>(pool);
      for (RemoteFile file : missing) {
        URI uri =
            URI.create(
                "%s/%s/resolve/%s/%s"
                    .formatted(
                        config.endpoint(),
                        repo,
                        info.commit(),
                        URLEncoder.encode(file.name(), StandardCharsets.UTF_8)
                            .replace("+", "%20")));
        running.submit(
            () -> {
              new BlobDownload(client, config, cache, file, uri, listener).run();
              return null;
            });
      }
      for (int i = 0; i < missing.size(); i++) {
        running.take().get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted; pull again to resume");
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    } finally {
      pool.shutdownNow();
      pool.close();
    }
    for (RemoteFile file : files) {
      cache.link(file, info.commit());
    }
  }

  private void requireSpace(String repo, long bytes) throws IOException {
    Files.createDirectories(config.cache());
    long free = Files.getFileStore(config.cache()).getUsableSpace();
    if (bytes > free) {
      throw new HubException(
          "%s: needs %,d MB in %s, which has %,d MB free"
              .formatted(repo, bytes >> 20, config.cache(), free >> 20));
    }
  }
}

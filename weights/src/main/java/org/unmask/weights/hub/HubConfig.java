package org.unmask.weights.hub;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Where models come from, where they are kept, and how patiently.
 *
 * @param endpoint base address of the hub, without a slash at the end
 * @param cache folder with one {@code models--org--name} folder per model
 * @param token access token, sent to the endpoint only
 * @param offline use what is cached and ask nobody
 * @param parallelFiles files downloaded at a time, at least 1
 * @param retries how often a failed request is tried again, at least 0
 * @param backoff wait before the first retry; doubled with each
 * @param stall longest wait for a connection, an answer or the next bytes
 */
public record HubConfig(
    URI endpoint,
    Path cache,
    Optional<String> token,
    boolean offline,
    int parallelFiles,
    int retries,
    Duration backoff,
    Duration stall) {
  private static final String PUBLIC_HUB = "https://huggingface.co";

  /** Checks the ranges. */
  public HubConfig {
    if (parallelFiles < 1 || retries < 0) {
      throw new IllegalArgumentException(
          "parallelFiles must be at least 1 and retries at least 0, were %d and %d"
              .formatted(parallelFiles, retries));
    }
  }

  /**
   * Reads the configuration that the Hugging Face tools share: {@code HF_ENDPOINT}, {@code
   * HF_HUB_CACHE}, {@code HF_HOME}, {@code XDG_CACHE_HOME}, {@code HF_TOKEN} (else the file {@code
   * HF_TOKEN_PATH} or {@code token} in the home folder) and {@code HF_HUB_OFFLINE}.
   *
   * @param environment the process's environment variables
   * @param userHome the user's home folder
   * @return the configuration: 4 files at a time, 5 retries from 1 s, 60 s stall
   * @throws HubException if a variable or the token's file is malformed
   */
  public static HubConfig of(Map<String, String> environment, Path userHome) throws HubException {
    String cacheHome = variable(environment, "XDG_CACHE_HOME").orElse(userHome + "/.cache");
    Path home =
        variable(environment, "HF_HOME")
            .map(Path::of)
            .orElse(Path.of(cacheHome).resolve("huggingface"));
    Path cache = variable(environment, "HF_HUB_CACHE").map(Path::of).orElse(home.resolve("hub"));
    Path tokenFile =
        variable(environment, "HF_TOKEN_PATH").map(Path::of).orElse(home.resolve("token"));
    String endpoint = variable(environment, "HF_ENDPOINT").orElse(PUBLIC_HUB);
    if (!endpoint.matches("https?://[^\\s/?#]+[^\\s?#]*")) {
      throw new HubException("HF_ENDPOINT must be an http or https address, is " + endpoint);
    }
    String offline = variable(environment, "HF_HUB_OFFLINE").orElse("0");
    return new HubConfig(
        URI.create(endpoint.replaceAll("/+$", "")),
        cache,
        token(environment, tokenFile),
        offline.matches("(?i)1|true|yes|on"),
        4,
        5,
        Duration.ofSeconds(1),
        Duration.ofSeconds(60));
  }

  private static Optional<String> variable(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name)).map(String::strip).filter(v -> !v.isEmpty());
  }

  private static Optional<String> token(Map<String, String> environment, Path file)
      throws HubException {
    Optional<String> token = variable(environment, "HF_TOKEN");
    String source = "HF_TOKEN";
    if (token.isEmpty() && Files.isRegularFile(file)) {
      source = file.toString();
      try {
        token = Optional.of(Files.readString(file).strip()).filter(text -> !text.isEmpty());
      } catch (IOException e) {
        throw new HubException(file + ": the access token cannot be read");
      }
    }
    if (token.isPresent() && !token.get().matches("[\\x21-\\x7e]+")) {
      throw new HubException(source + ": is not an access token, it has spaces or odd characters");
    }
    return token;
  }

  /** Hides the token. */
  @Override
  public String toString() {
    return "HubConfig[%s, %s%s%s]"
        .formatted(
            endpoint, cache, token.isPresent() ? ", with token" : "", offline ? ", offline" : "");
  }
}

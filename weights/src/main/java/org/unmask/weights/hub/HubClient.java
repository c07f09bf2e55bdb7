package org.unmask.weights.hub;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.unmask.weights.safetensors.Names;

/**
 * GET requests to a hub. Follows redirects itself: the token goes to the endpoint only, and never
 * from https to http. Network trouble comes out as {@link TransientException}, refusals as {@link
 * HubException}.
 */
final class HubClient implements AutoCloseable {
  private static final int MOST_REDIRECTS = 8;
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

  private final HubConfig config;
  private final HttpClient http;
  private final ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor();

  HubClient(HubConfig config) {
    this.config = config;
    this.http =
        HttpClient.newBuilder()
            .connectTimeout(config.stall())
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
  }

  /** An answer with status 200, 206 or 416. */
  final class Answer implements AutoCloseable {
    private final HttpResponse<InputStream> response;

    private Answer(HttpResponse<InputStream> response) {
      this.response = response;
    }

    int status() {
      return response.statusCode();
    }

    Optional<String> header(String name) {
      return response.headers().firstValue(name);
    }

    /** Reads some bytes, or -1 at the end; gives up if none come for the stall time. */
    int read(byte[] buffer) throws IOException {
      Future<Integer> reading = readers.submit(() -> response.body().read(buffer));
      try {
        return reading.get(config.stall().toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        throw new TransientException("no bytes came for " + config.stall().toSeconds() + " s");
      } catch (ExecutionException e) {
        throw new TransientException("the connection broke: " + reason(e.getCause()));
      } catch (InterruptedException e) {
        throw interrupted();
      }
    }

    @Override
    public void close() throws IOException {
      response.body().close();
    }
  }

  /**
   * Sends a request.
   *
   * @param what named in error messages, usually {@code org/name} or a file of it
   * @param from first byte wanted
   */
  Answer get(URI uri, long from, String what) throws IOException {
    for (int hop = 0; hop <= MOST_REDIRECTS; hop++) {
      Answer answer = send(uri, from);
      int status = answer.status();
      if (status == 200 || status == 206 || status == 416) {
        return answer;
      }
      answer.close();
      if (status >= 300 && status < 400 && status != 304) {
        uri = redirect(uri, answer, what);
        continue;
      }
      throw failure(answer.response.headers(), status, what);
    }
    throw new HubException(what + ": more than " + MOST_REDIRECTS + " redirects");
  }

  private Answer send(URI uri, long from) throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri).timeout(config.stall()).header("User-Agent", "unmask");
    if (config.token().isPresent() && isEndpoint(uri)) {
      request.header("Authorization", "Bearer " + config.token().get());
    }
    if (from > 0) {
      request.header("Range", "bytes=" + from + "-");
    }
    try {
      return new Answer(http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream()));
    } catch (InterruptedException e) {
      throw interrupted();
    } catch (IOException e) {
      throw new TransientException("no answer from " + uri.getAuthority() + ": " + reason(e));
    }
  }

  private boolean isEndpoint(URI uri) {
    URI endpoint = config.endpoint();
    return uri.getScheme().equals(endpoint.getScheme())
        && uri.getAuthority().equals(endpoint.getAuthority());
  }

  private static URI redirect(URI from, Answer answer, String what) throws HubException {
    String location = answer.header("Location").orElse("");
    URI to;
    try {
      to = from.resolve(location);
    } catch (IllegalArgumentException e) {
      throw new HubException(what + ": redirected to no address, " + Names.quote(location));
    }
    boolean web = "https".equals(to.getScheme()) || "http".equals(to.getScheme());
    if (location.isEmpty() || !web || to.getHost() == null) {
      throw new HubException(what + ": redirected to no address, " + Names.quote(location));
    }
    if (from.getScheme().equals("https") && !to.getScheme().equals("https")) {
      throw new HubException(what + ": refused a redirect from https to " + to.getScheme());
    }
    return to;
  }

  private IOException failure(HttpHeaders headers, int status, String what) {
    if (status == 408 || status == 429 || status >= 500) {
      return new TransientException("the hub answered " + status, retryAfter(headers));
    }
    String code = headers.firstValue("X-Error-Code").orElse("");
    return new HubException(
        switch (status) {
          case 401, 403 ->
              code.equals("RepoNotFound")
                  ? what + ": no such model, or a private one; check the name, or set HF_TOKEN"
                  : "%s: access denied (%d); accept the model's terms on its page and set HF_TOKEN"
                      .formatted(what, status);
          case 404 -> what + ": not found on " + config.endpoint() + "; check name and revision";
          default -> what + ": the hub answered " + status;
        });
  }

  private static Duration retryAfter(HttpHeaders headers) {
    String seconds = headers.firstValue("Retry-After").orElse("");
    if (!seconds.matches("\\d{1,6}")) { // dates are rare; the usual backoff does for them
      return Duration.ZERO;
    }
    Duration asked = Duration.ofSeconds(Long.parseLong(seconds));
    return asked.compareTo(LONGEST_WAIT) < 0 ? asked : LONGEST_WAIT;
  }

  /** Waits before try number {@code failures + 1}. */
  void backOff(int failures, TransientException failure) throws IOException {
    Duration own = config.backoff().multipliedBy(1L << Math.min(failures - 1, 5));
    Duration wait = own.compareTo(failure.askedWait()) > 0 ? own : failure.askedWait();
    try {
      Thread.sleep(wait);
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  private static String reason(Throwable e) {
    String message = e.getMessage() == null ? "" : e.getMessage();
    return message.isBlank() ? e.getClass().getSimpleName() : message.lines().findFirst().get();
  }

  private static IOException interrupted() {
    Thread.currentThread().interrupt();
    return new InterruptedIOException("interrupted");
  }

  @Override
  public void close() {
    readers.shutdownNow();
    http.shutdownNow();
  }
}

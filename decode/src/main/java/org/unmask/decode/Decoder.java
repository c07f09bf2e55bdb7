package org.unmask.decode;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import org.unmask.model.Conditioning;
import org.unmask.model.Denoiser;

/**
 * Decodes one request or many with a network.
 *
 * <pre>{@code
 * Decoder decoder = new Decoder(denoiser, DecodeResources.none().withEndTokens(eos));
 * DecodeResult result = decoder.decode(new DecodeRequest(prompt, options));
 * }</pre>
 *
 * <p>Many requests share their forward calls: up to {@code batch} sequences are under way, each
 * finished one makes room for the next request. Every sequence gives the bits of a run alone.
 *
 * <p>Used by one thread at a time, like its denoiser. Interrupting the thread ends the work between
 * two forward calls with a {@link CancellationException}.
 */
public final class Decoder {

  /** Receives results in the order in which sequences finish. */
  @FunctionalInterface
  public interface ResultSink {

    /**
     * Takes one result.
     *
     * @param request index of its request, from 0, in the order given
     * @param result what came out
     */
    void accept(int request, DecodeResult result);

    /**
     * Hears that a step was made of every sequence under way. What it throws ends the work.
     *
     * @param sequences how many they are, at least 1
     */
    default void onRound(int sequences) {}
  }

  private final Denoiser denoiser;
  private final DecodeResources resources;
  private final Watch watch;

  /**
   * Makes a decoder.
   *
   * @param denoiser the network, of the kind that the algorithms of the requests decode with
   * @param resources end tokens and what else algorithms need
   */
  public Decoder(Denoiser denoiser, DecodeResources resources) {
    this(denoiser, resources.forOneDecoder(), Watch.NOTHING);
  }

  private Decoder(Denoiser denoiser, DecodeResources resources, Watch watch) {
    this.denoiser = denoiser;
    this.resources = resources;
    this.watch = watch;
  }

  /** Returns a decoder whose steps say what was predicted for every row, if anybody listens. */
  public Decoder keepingPredictions() {
    return new Decoder(
        denoiser, resources, new Watch(null, true, watch.measuresStaleness(), watch.replay()));
  }

  /**
   * Returns a decoder that compares every call which reads a cache with one that does not, if
   * anybody listens. The result is the same bit for bit, and the extra calls are not in its counts.
   */
  public Decoder measuringStaleness() {
    return new Decoder(
        denoiser, resources, new Watch(null, watch.keepsPredictions(), true, watch.replay()));
  }

  /**
   * Goes on with a recorded run.
   *
   * @param request as it was recorded
   * @param replay what the recorded steps predicted
   * @param listener receives all steps, the recorded ones too
   */
  public DecodeResult resume(DecodeRequest request, Replay replay, DecodeListener listener) {
    return new Decoder(denoiser, resources, watch.replaying(replay)).decode(request, listener);
  }

  /**
   * Tells why an algorithm with its default options cannot run on a network. Runs no forward call.
   *
   * @param denoiser the network, or something that has but its properties
   * @param resources what there is beside the network
   * @param algorithm id from the {@linkplain Algorithms catalogue}
   * @return the reason, one line; empty if it can run
   */
  public static Optional<String> refusal(
      Denoiser denoiser, DecodeResources resources, String algorithm) {
    try {
      DecodeOptions options = DecodeOptions.of(algorithm, Map.of());
      new Decoder(denoiser, resources).start(0, new DecodeRequest(new int[] {0}, options), null);
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.of(e.getMessage());
    }
  }

  /** Returns an estimator of likelihoods over the network; see {@link LogLikelihood}. */
  public LogLikelihood likelihood(double cfgScale) {
    return new LogLikelihood(denoiser, cfgScale);
  }

  /** Decodes one request. */
  public DecodeResult decode(DecodeRequest request) {
    return decode(request, null);
  }

  /**
   * Decodes one request and shows every step.
   *
   * @param request prompt and options
   * @param listener receives the steps, or null
   */
  public DecodeResult decode(DecodeRequest request, @Nullable DecodeListener listener) {
    DecodeResult[] result = new DecodeResult[1];
    decodeAll(List.of(request).iterator(), 1, (index, r) -> result[0] = r, listener);
    return result[0];
  }

  /**
   * Decodes requests, several at a time.
   *
   * @param requests taken one by one as room becomes free
   * @param batch most sequences under way at a time, at least 1
   * @param results receives each result as soon as it is there
   * @param listener receives the steps of all sequences, or null to record none
   */
  public void decodeAll(
      Iterator<DecodeRequest> requests,
      int batch,
      ResultSink results,
      @Nullable DecodeListener listener) {
    runAll(
        requests,
        batch,
        (index, request) -> start(index, request, listener),
        new Finisher() {
          @Override
          public void finish(int index, Decoding decoding) {
            results.accept(index, decoding.result());
          }

          @Override
          public void onRound(int sequences) {
            results.onRound(sequences);
          }
        });
  }

  /** Makes the state machine of a request. */
  interface Starter {
    Decoding start(int index, DecodeRequest request);
  }

  /** Receives finished state machines. */
  interface Finisher {
    void finish(int index, Decoding decoding);

    default void onRound(int sequences) {}
  }

  /** Runs state machines, several at a time. */
  void runAll(Iterator<DecodeRequest> requests, int batch, Starter starter, Finisher finisher) {
    if (batch < 1) {
      throw new IllegalArgumentException("batch must be at least 1, was " + batch);
    }
    List<Lane> lanes = new ArrayList<>(batch);
    Calls calls = new Calls();
    int admitted = 0;
    do {
      calls.clear();
      for (int i = 0; i < lanes.size() || (i < batch && requests.hasNext()); ) {
        if (i == lanes.size()) {
          lanes.add(new Lane(admitted, starter.start(admitted, requests.next())));
          admitted++;
        }
        Lane lane = lanes.get(i);
        if (lane.decoding.plan(calls)) {
          i++;
        } else {
          lanes.remove(i);
          finisher.finish(lane.request, lane.decoding);
        }
      }
      if (!lanes.isEmpty()) {
        forward(calls);
        lanes.forEach(lane -> lane.decoding.absorb());
        finisher.onRound(lanes.size());
      }
    } while (!lanes.isEmpty());
  }

  /** Returns the context of a state machine of its own, which nobody watches. */
  DecodeContext context(DecodeRequest request) {
    requireNetwork(request.options().algorithm());
    return new DecodeContext(denoiser, resources, request, Watch.NOTHING);
  }

  private void forward(Calls calls) {
    if (Thread.currentThread().isInterrupted()) {
      throw new CancellationException("decoding was interrupted");
    }
    if (!calls.main().isEmpty()) {
      denoiser.forward(calls.main());
    }
    if (!calls.auxiliary().isEmpty()) {
      resources.auxiliary().forward(calls.auxiliary());
    }
  }

  private Decoding start(int index, DecodeRequest request, @Nullable DecodeListener listener) {
    if (Arrays.stream(request.prompt()).anyMatch(id -> id < 0 || id >= denoiser.vocabSize())) {
      throw new IllegalArgumentException(
          "the prompt has token ids outside [0, "
              + denoiser.vocabSize()
              + "); encode it with the model's own tokenizer");
    }
    Algorithm algorithm = request.options().algorithm();
    requireNetwork(algorithm);
    Watch watching = listener == null ? watch : watch.heardBy(step -> listener.onStep(index, step));
    DecodeContext context = new DecodeContext(denoiser, resources, request, watching);
    return algorithm.start(context);
  }

  private void requireNetwork(Algorithm algorithm) {
    Conditioning wanted = algorithm.network();
    if (!denoiser.conditioning().serves(wanted)) {
      throw new IllegalArgumentException(
          "the algorithm needs "
              + (wanted == Conditioning.RANK_ORDER ? "an " : "a ")
              + wanted.word()
              + " model, such as "
              + wanted.example()
              + ", and this one is "
              + denoiser.conditioning().word());
    }
    if (wanted == Conditioning.FULL && denoiser.maskId() < 0) {
      throw new IllegalArgumentException(
          "the model has no mask token, so it cannot fill masks; use a diffusion model");
    }
  }

  /** A sequence under way. */
  private record Lane(int request, Decoding decoding) {}
}

package org.unmask.bench.overhead;

import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import org.unmask.bench.load.LoadedModel;
import org.unmask.bench.load.TraceFacts;
import org.unmask.decode.DecodeListener;
import org.unmask.decode.DecodeOptions;
import org.unmask.decode.DecodeRequest;
import org.unmask.decode.Decoder;
import org.unmask.decode.trace.TraceWriter;
import org.unmask.model.Denoiser;

/**
 * Times decoding against its own forward calls, one sequence at a time, on prompts of random
 * tokens.
 *
 * @param model the network
 * @param promptLength tokens of the prompts
 * @param genLength tokens of the answers
 * @param repeats timed answers, each of another prompt
 * @param warmUps answers before them
 */
public record Overhead(
    LoadedModel model, int promptLength, int genLength, int repeats, int warmUps) {

  /**
   * What one algorithm costs; arrays have one figure per answer, ascending.
   *
   * @param algorithm id, with a plus sign and the cache if there is one
   * @param stepMillis time of a step, the forward call included
   * @param outsideMicros time between two forward calls
   * @param share of the whole time that is outside forward calls, start and end included
   * @param bytes allocated between two forward calls
   */
  public record Figures(
      String algorithm,
      double[] stepMillis,
      double[] outsideMicros,
      double[] share,
      double[] bytes) {

    /** Returns the middle one of ascending figures. */
    public static double median(double[] figures) {
      return figures[figures.length / 2];
    }
  }

  /**
   * Measures one algorithm.
   *
   * @param algorithm its id
   * @param cache its cache
   * @param isRecorded whether every step is written down meanwhile, to nowhere
   * @throws IOException if what the algorithm needs cannot be read
   * @throws IllegalArgumentException if it does not run on the model alone
   */
  public Figures measure(String algorithm, String cache, boolean isRecorded) throws IOException {
    DecodeOptions options =
        DecodeOptions.of(algorithm, Map.of("gen-length", genLength, "cache", cache));
    if (options.algorithm().needs().contains("a causal model")) {
      throw new IllegalArgumentException(
          "algorithm " + algorithm + " runs a second network, which is no overhead of the first");
    }
    Denoiser network = model.denoiser();
    TimedDenoiser timed = new TimedDenoiser(network);
    Decoder decoder = new Decoder(timed, model.resources(options));
    decoder = isRecorded ? decoder.keepingPredictions() : decoder;
    double[] step = new double[repeats];
    double[] outside = new double[repeats];
    double[] share = new double[repeats];
    double[] bytes = new double[repeats];
    SplittableRandom random = new SplittableRandom(1);
    for (int i = -warmUps; i < repeats; i++) {
      int[] prompt = random.ints(promptLength, 0, Math.min(1000, network.vocabSize())).toArray();
      DecodeRequest request = new DecodeRequest(prompt, options);
      timed.reset();
      long start = System.nanoTime();
      decoder.decode(request, isRecorded ? recorder(request) : null);
      double nanos = System.nanoTime() - start;
      if (i >= 0) {
        int gaps = Math.max(1, timed.calls() - 1);
        step[i] = nanos / timed.calls() / 1e6;
        outside[i] = timed.between() / 1e3 / gaps;
        share[i] = (nanos - timed.inside()) / nanos;
        bytes[i] = (double) timed.bytes() / gaps;
      }
    }
    for (double[] figures : new double[][] {step, outside, share, bytes}) {
      Arrays.sort(figures);
    }
    String name = cache.equals("none") ? algorithm : algorithm + "+" + cache;
    return new Figures(isRecorded ? name + " recorded" : name, step, outside, share, bytes);
  }

  private DecodeListener recorder(DecodeRequest request) {
    TraceWriter writer =
        new TraceWriter(
            line -> {}, model.text()::withSpecials, TraceFacts.flops(model), System::nanoTime);
    writer.begin(request, Map.of());
    return (_, step) -> writer.step(step);
  }
}

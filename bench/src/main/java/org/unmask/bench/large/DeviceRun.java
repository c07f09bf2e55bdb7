package org.unmask.bench.large;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.unmask.decode.DecodeOptions;
import org.unmask.decode.DecodeRequest;
import org.unmask.decode.DecodeResources;
import org.unmask.decode.Decoder;
import org.unmask.model.DelegatingDenoiser;
import org.unmask.model.Denoiser;
import org.unmask.model.KvCache;
import org.unmask.model.Query;
import org.unmask.model.device.DeviceBackend;
import org.unmask.model.device.DeviceModel;
import org.unmask.model.device.Precision;
import org.unmask.model.transformer.TransformerConfig;

/**
 * Times a random model on a device: a canvas of 256 tokens, all of them predicted, a block of 32
 * against caches of 256 and of 1024 rows, and whole decodings of 256 tokens by the threshold rule
 * with a dual cache. Random weights are never sure, so these unmask one token a step.
 *
 * @param repeats timed calls of each kind
 * @param warmUp fewest calls before them; they go on for three seconds
 */
public record DeviceRun(
    DeviceBackend backend, Shapes shape, Precision precision, int repeats, int warmUp) {

  private static final int CANVAS = 256;
  private static final int BLOCK = 32;
  private static final int PROMPT = 128;
  private static final int DECODINGS = 3;
  private static final long WARM_NANOS = 3_000_000_000L;

  /**
   * One kind of step.
   *
   * @param name what was timed
   * @param milliseconds from call to return, one figure per repeat, ascending
   * @param device the part of it that the device worked, ascending
   */
  public record Timing(String name, double[] milliseconds, double[] device) {

    /** Returns the share of the median call that the device did not work. */
    public double overhead() {
      return 1 - median(device) / median(milliseconds);
    }

    /** Returns the median of ascending figures. */
    public static double median(double[] ascending) {
      return ascending[ascending.length / 2];
    }
  }

  /** Draws the weights and times. */
  public List<Timing> measure(Consumer<String> note) {
    TransformerConfig config = shape.config();
    try (DeviceModel model = backend.random(config, precision)) {
      note.accept(shape.word() + " on " + model.description());
      Denoiser denoiser = model.newDenoiser();
      List<Timing> timings = new ArrayList<>();
      int[] ids = new SplittableRandom(1).ints(1024 + BLOCK, 0, config.vocabSize()).toArray();
      Query full = new Query().rows(ids, 0, CANVAS).unshifted(true);
      full.predict(IntStream.range(0, CANVAS).toArray(), CANVAS);
      timings.add(time(model, denoiser, "canvas of 256", full));
      for (int cached : new int[] {CANVAS, 1024}) {
        timings.add(
            time(model, denoiser, "32 against 32 + " + cached, block(denoiser, ids, cached)));
      }
      timings.add(decode(model, denoiser, ids));
      return timings;
    }
  }

  private Timing decode(DeviceModel model, Denoiser denoiser, int[] ids) {
    Counted counted = new Counted(model, denoiser);
    Decoder decoder = new Decoder(counted, DecodeResources.none());
    DecodeOptions options =
        DecodeOptions.of(
            "threshold", Map.of("gen-length", CANVAS, "block-length", BLOCK, "cache", "dual"));
    DecodeRequest request = new DecodeRequest(Arrays.copyOf(ids, PROMPT), options);
    double[] wall = new double[DECODINGS];
    double[] device = new double[DECODINGS];
    int nfe = 0;
    for (int i = -1; i < DECODINGS; i++) {
      counted.busy = 0;
      long start = System.nanoTime();
      nfe = decoder.decode(request).nfe();
      long end = System.nanoTime();
      if (i >= 0) {
        wall[i] = (end - start) / 1e6;
        device[i] = counted.busy;
      }
    }
    Arrays.sort(wall);
    Arrays.sort(device);
    return new Timing("decode 256, " + nfe + " calls", wall, device);
  }

  /** Adds up what the device works. */
  private static final class Counted extends DelegatingDenoiser {

    private final DeviceModel model;
    private double busy;

    Counted(DeviceModel model, Denoiser denoiser) {
      super(denoiser);
      this.model = model;
    }

    @Override
    public void forward(List<Query> queries) {
      super.forward(queries);
      busy += model.lastDeviceMillis();
    }
  }

  private static Query block(Denoiser denoiser, int[] ids, int cached) {
    int all = cached + BLOCK;
    KvCache cache = denoiser.newCache(all);
    denoiser.forward(List.of(new Query(cache).rows(ids, 0, all)));
    return new Query(cache)
        .rows(ids, cached, all)
        .keys(all)
        .unshifted(true)
        .predict(IntStream.range(0, BLOCK).toArray(), BLOCK);
  }

  private Timing time(DeviceModel model, Denoiser denoiser, String name, Query query) {
    List<Query> queries = List.of(query);
    double[] wall = new double[repeats];
    double[] device = new double[repeats];
    long warm = System.nanoTime() + WARM_NANOS; // the host's side is compiled as it runs
    for (int i = 0; i < warmUp || System.nanoTime() < warm; i++) {
      denoiser.forward(queries);
    }
    for (int i = 0; i < repeats; i++) {
      long start = System.nanoTime();
      denoiser.forward(queries);
      long end = System.nanoTime();
      wall[i] = (end - start) / 1e6;
      device[i] = model.lastDeviceMillis();
    }
    Arrays.sort(wall);
    Arrays.sort(device);
    return new Timing(name, wall, device);
  }
}

package org.unmask.bench.load;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.unmask.decode.DecodeOptions;
import org.unmask.decode.DecodeResources;
import org.unmask.decode.Decoder;
import org.unmask.decode.speculative.RowCosts;
import org.unmask.model.Conditioning;
import org.unmask.model.Denoiser;
import org.unmask.model.pack.Packing;
import org.unmask.model.transformer.Transformer;
import org.unmask.model.transformer.TransformerConfig;
import org.unmask.runtime.kernel.Kernels;
import org.unmask.runtime.nn.WeightFormat;
import org.unmask.weights.Checkpoint;

/**
 * A checkpoint ready to run: mapped weights, packed kernels, worker threads, tokenizer.
 *
 * <p>Used by one thread at a time. Closing it ends the threads and unmaps the weights.
 */
public final class LoadedModel implements AutoCloseable {

  private static final int MOST_COSTED_ROWS = 64;

  private final Checkpoint checkpoint;
  private final TransformerConfig config;
  private final Engine engine;
  private final ModelText text;
  private String sha256 = "";
  private final int[] endTokens;
  private final DecodeResources resources;
  private @Nullable RowCosts costs;
  private final Companions companions;

  private LoadedModel(
      Checkpoint checkpoint,
      TransformerConfig config,
      Engine engine,
      ModelText text,
      Companions companions) {
    this.checkpoint = checkpoint;
    this.config = config;
    this.engine = engine;
    this.text = text;
    this.companions = companions;
    endTokens = endTokens(config, text);
    resources = DecodeResources.none().withEndTokens(endTokens).withDelimiters(text.lineEnd());
  }

  /**
   * Loads a model with its weights as they are stored, packed in memory.
   *
   * @throws IOException as the other form
   */
  public static LoadedModel open(Path folder, int threads, String vectorBits) throws IOException {
    return open(
        folder,
        Optional.empty(),
        threads,
        vectorBits,
        Packing.inMemory(),
        DeviceChoice.cpu(),
        new Companions(folder, Path::of, other -> open(other, threads, vectorBits)));
  }

  /**
   * Loads a model.
   *
   * @param folder the checkpoint's folder
   * @param format how weights are held; absent for as stored
   * @param threads of the forward pass, at least 1
   * @param vectorBits 64, 128, 256, 512, scalar or auto
   * @param packing whether packed weights are kept in a file, and who hears of progress
   * @param where the processor that runs it; threads, vectors and packing are the CPU's
   * @param companions finds what algorithms need beside the network; closed with the model
   * @throws IOException if the checkpoint is missing, damaged or of an unknown kind
   * @throws IllegalArgumentException if {@code threads} or {@code vectorBits} makes no sense
   */
  public static LoadedModel open(
      Path folder,
      Optional<WeightFormat> format,
      int threads,
      String vectorBits,
      Packing packing,
      DeviceChoice where,
      Companions companions)
      throws IOException {
    Kernels kernels = Kernels.named(vectorBits);
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be at least 1, was " + threads);
    }
    Warming warming = new Warming(kernels);
    if (where.isCpu()) {
      warming.common(); // the sooner the better
    }
    Checkpoint checkpoint = Checkpoint.open(folder);
    try {
      TransformerConfig config = Transformer.config(checkpoint);
      ModelText text = ModelText.open(checkpoint.folder());
      Engine engine = Engine.load(checkpoint, format, threads, kernels, packing, where, warming);
      return new LoadedModel(checkpoint, config, engine, text, companions);
    } catch (IOException | RuntimeException | Error e) {
      checkpoint.close();
      throw e;
    }
  }

  /**
   * Returns what ends a text: the stop tokens, and for a model that writes token by token the end
   * of its turn, behind which it would go on with the next one.
   */
  private static int[] endTokens(TransformerConfig config, ModelText text) {
    IntStream stops = config.stopIds().stream().mapToInt(Integer::intValue);
    if (config.conditioning() == Conditioning.FULL) {
      return stops.toArray();
    }
    IntStream turns =
        Stream.of("<|eot_id|>", "<|im_end|>")
            .map(text::encode)
            .filter(ids -> ids.length == 1)
            .mapToInt(ids -> ids[0]);
    return IntStream.concat(stops, turns).distinct().toArray();
  }

  /** Returns the name for tables and files. */
  public String name() {
    return checkpoint.name();
  }

  /** Returns the checkpoint the model was loaded from. */
  public Checkpoint checkpoint() {
    return checkpoint;
  }

  /** Returns the network. */
  public Denoiser denoiser() {
    return engine.denoiser();
  }

  /** Returns what decoding needs to know beside the network, whatever the algorithm. */
  public DecodeResources resources() {
    return resources;
  }

  /**
   * Returns what an algorithm needs beside the network, loaded.
   *
   * @throws IOException if a file cannot be read
   * @throws IllegalArgumentException if one is needed and none is there
   */
  public DecodeResources resources(DecodeOptions options) throws IOException {
    DecodeResources complete = companions.of(resources, options, engine.heads());
    return options.has("cap") && options.word("cap").equals("measured")
        ? complete.withRowCosts(rowCosts())
        : complete;
  }

  /** Returns what a pass of several rows costs on this machine, measured once. */
  public RowCosts rowCosts() {
    if (costs == null) {
      costs = RowCosts.measure(engine.denoiser(), MOST_COSTED_ROWS, System::nanoTime);
    }
    return costs;
  }

  /** Returns a decoder over the network with what an algorithm needs; see {@link #resources}. */
  public Decoder decoder(DecodeOptions options) throws IOException {
    return new Decoder(engine.denoiser(), resources(options));
  }

  /** Returns a decoder over the network, for algorithms that need nothing else. */
  public Decoder decoder() {
    return new Decoder(engine.denoiser(), resources);
  }

  /** Returns tokenizer and chat template. */
  public ModelText text() {
    return text;
  }

  /** Returns the SHA-256 of the checkpoint's weights, read once. */
  public synchronized String sha256() throws IOException {
    if (sha256.isEmpty()) {
      sha256 = checkpoint.sha256();
    }
    return sha256;
  }

  /** Returns how the weights are held, such as {@code f32} or {@code int8}. */
  public String weights() {
    return engine.weights();
  }

  /** Returns the name of the kernels or of the device in use. */
  public String kernels() {
    return engine.kernels();
  }

  /** Returns the configuration. */
  public TransformerConfig config() {
    return config;
  }

  /** Returns the text of a response up to its first end token. */
  public String answer(int[] ids) {
    int end = 0;
    while (end < ids.length && !isEnd(ids[end])) {
      end++;
    }
    return text.withoutSpecials(Arrays.copyOf(ids, end));
  }

  private boolean isEnd(int id) {
    return IntStream.of(endTokens).anyMatch(end -> end == id);
  }

  @Override
  public void close() {
    companions.close();
    engine.release().run();
    checkpoint.close();
  }
}

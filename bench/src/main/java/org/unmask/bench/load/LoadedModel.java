package org.unmask.bench.load;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
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
import org.unmask.runtime.exec.WorkerPool;
import org.unmask.runtime.kernel.Kernels;
import org.unmask.runtime.kernel.WarmUp;
import org.unmask.runtime.nn.WeightFormat;
import org.unmask.weights.Checkpoint;

/**
 * A checkpoint ready to run: mapped weights, packed kernels, worker threads, tokenizer.
 *
 * <p>Used by one thread at a time. Closing it ends the threads and unmaps the weights.
 */
public final class LoadedModel implements AutoCloseable {

  private static final long WARM_UP_MS = 300;
  private static final int MOST_COSTED_ROWS = 64;

  private final Checkpoint checkpoint;
  private final WorkerPool pool;
  private final Kernels kernels;
  private final Transformer transformer;
  private final Denoiser denoiser;
  private final ModelText text;
  private final String weights;
  private final int[] endTokens;
  private final DecodeResources resources;
  private final DraftPartners partners;
  private @Nullable RowCosts costs;

  private LoadedModel(
      Checkpoint checkpoint,
      WorkerPool pool,
      Kernels kernels,
      Transformer transformer,
      ModelText text,
      WeightFormat held) {
    this.checkpoint = checkpoint;
    this.pool = pool;
    this.kernels = kernels;
    this.transformer = transformer;
    this.text = text;
    weights = held.name().toLowerCase(Locale.ROOT);
    denoiser = transformer.newDenoiser(kernels, pool);
    endTokens = endTokens(transformer.config(), text);
    resources = DecodeResources.none().withEndTokens(endTokens);
    partners =
        new DraftPartners(
            checkpoint.folder(),
            folder -> open(folder, pool.threads(), "auto"),
            heads -> transformer.newDraftHeads(heads, kernels, pool));
  }

  /**
   * Loads a model with its weights as they are stored, packed in memory.
   *
   * @throws IOException as the other form
   */
  public static LoadedModel open(Path folder, int threads, String vectorBits) throws IOException {
    return open(folder, Optional.empty(), threads, vectorBits, Packing.inMemory());
  }

  /**
   * Loads a model.
   *
   * @param folder the checkpoint's folder
   * @param format how weights are held; absent for as stored
   * @param threads of the forward pass, at least 1
   * @param vectorBits 64, 128, 256, 512, scalar or auto
   * @param packing whether packed weights are kept in a file, and who hears of progress
   * @throws IOException if the checkpoint is missing, damaged or of an unknown kind
   * @throws IllegalArgumentException if {@code threads} or {@code vectorBits} makes no sense
   */
  public static LoadedModel open(
      Path folder, Optional<WeightFormat> format, int threads, String vectorBits, Packing packing)
      throws IOException {
    Kernels kernels = Kernels.named(vectorBits);
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be at least 1, was " + threads);
    }
    Checkpoint checkpoint = Checkpoint.open(folder);
    WorkerPool pool = null;
    try {
      WeightFormat held = format.isPresent() ? format.get() : Transformer.exactFormat(checkpoint);
      Thread warmUp = warmUp(kernels, held, checkpoint, packing);
      pool = new WorkerPool(threads);
      Transformer transformer = Transformer.load(checkpoint, Optional.of(held), pool, packing);
      join(warmUp);
      return new LoadedModel(
          checkpoint, pool, kernels, transformer, ModelText.open(checkpoint.folder()), held);
    } catch (IOException | RuntimeException | Error e) {
      if (pool != null) {
        pool.close();
      }
      checkpoint.close();
      throw e;
    }
  }

  private static Thread warmUp(
      Kernels kernels, WeightFormat format, Checkpoint checkpoint, Packing packing)
      throws IOException {
    long bytes = PackedSize.bytes(Transformer.config(checkpoint), format);
    MemorySegment panel = packing.sample(bytes, WarmUp.PANEL_BYTES, Arena.ofAuto());
    return Thread.ofPlatform()
        .daemon()
        .start(() -> WarmUp.run(kernels, format == WeightFormat.BF16, panel, WARM_UP_MS));
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

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the first steps are slower, nothing else
    }
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
    return denoiser;
  }

  /** Returns what decoding needs to know beside the network. */
  public DecodeResources resources() {
    return resources;
  }

  /**
   * Returns what an algorithm needs beside the network, loaded.
   *
   * @throws IOException if it cannot be read
   */
  public DecodeResources resources(DecodeOptions options) throws IOException {
    DecodeResources partnered = partners.of(resources, options);
    return options.has("cap") && options.word("cap").equals("measured")
        ? partnered.withRowCosts(rowCosts())
        : partnered;
  }

  /** Returns what a pass of several rows costs on this machine, measured once. */
  public RowCosts rowCosts() {
    if (costs == null) {
      costs = RowCosts.measure(denoiser, MOST_COSTED_ROWS, System::nanoTime);
    }
    return costs;
  }

  /** Returns a decoder over the network with what an algorithm needs; see {@link #resources}. */
  public Decoder decoder(DecodeOptions options) throws IOException {
    return new Decoder(denoiser, resources(options));
  }

  /** Returns a decoder over the network, for algorithms that need nothing else. */
  public Decoder decoder() {
    return new Decoder(denoiser, resources);
  }

  /** Returns tokenizer and chat template. */
  public ModelText text() {
    return text;
  }

  /** Returns how the weights are held, such as {@code f32} or {@code int8}. */
  public String weights() {
    return weights;
  }

  /** Returns the name of the kernels in use. */
  public String kernels() {
    return kernels.name();
  }

  /** Returns the configuration and the packed weights. */
  public Transformer transformer() {
    return transformer;
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
    partners.close();
    pool.close();
    checkpoint.close();
  }
}

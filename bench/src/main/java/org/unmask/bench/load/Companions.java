package org.unmask.bench.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.unmask.decode.DecodeOptions;
import org.unmask.decode.DecodeResources;
import org.unmask.decode.speculative.TrigramCounts;
import org.unmask.model.DraftHeads;
import org.unmask.weights.Checkpoint;
import org.unmask.weights.CheckpointException;
import org.unmask.weights.JsonFiles;
import tools.jackson.databind.JsonNode;

/**
 * What algorithms need beside the network: APD's causal model, the networks that draft for another,
 * Learn2PD's filter, PC-Sampler's token frequencies. Options name them; without a name those that
 * come with the model are taken.
 *
 * <p>A model's filters lie in the folder of its own name with {@code -filter} behind it, as {@code
 * block-32.safetensors} and so on; the one for the shortest blocks that reach is taken. Each file
 * is opened once.
 */
public final class Companions implements AutoCloseable {

  private static final String AR_MODEL = "ar-model";
  private static final String DRAFTER = "drafter";
  private static final String DRAFT_HEADS = "draft-heads";
  private static final String FILTER = "filter";
  private static final String BACKGROUND_FREQUENCY = "background-frequency";
  private static final String CORPUS = "corpus";
  private static final String EOS_ID = "eos-id";

  /** What comes with the shipped models, by algorithm. */
  private static final Map<String, String> SHIPPED =
      Map.of(
          "apd", "unmask-qwen-ar-6m",
          "speculative", "unmask-qwen-ar-3m",
          "specdiff", "unmask-llada-6m",
          "chimera", "unmask-chimera-heads");

  private static final Pattern FILTER_NAME = Pattern.compile("block-(\\d{1,6})\\.safetensors");

  /** Opens a model. */
  @FunctionalInterface
  public interface Opener {

    /** Returns the model in a folder. */
    LoadedModel open(Path folder) throws IOException;
  }

  /** Makes draft heads over the model. */
  @FunctionalInterface
  interface HeadsLoader {
    DraftHeads load(Checkpoint heads) throws IOException;
  }

  private final Path model;
  private final Function<String, Path> finder;
  private final Opener opener;
  private final Map<Path, LoadedModel> models = new HashMap<>();
  private final Map<Path, Checkpoint> checkpoints = new HashMap<>();
  private final Map<Path, DraftHeads> heads = new HashMap<>();
  private final Map<Path, TrigramCounts> trigrams = new HashMap<>();

  /**
   * Makes companions of a model.
   *
   * @param model its folder
   * @param finder returns the folder of a model by name, or throws IllegalArgumentException
   * @param opener opens auxiliary models
   */
  public Companions(Path model, Function<String, Path> finder, Opener opener) {
    this.model = model.toAbsolutePath().normalize();
    this.finder = finder;
    this.opener = opener;
  }

  /**
   * Returns what decoding needs, loaded.
   *
   * @param base what the model's own configuration says
   * @param options algorithm and its options
   * @param loader makes draft heads over the model
   * @throws IOException if a file cannot be read
   * @throws IllegalArgumentException if one is needed and none is there
   */
  DecodeResources of(DecodeResources base, DecodeOptions options, HeadsLoader loader)
      throws IOException {
    DecodeResources resources = base;
    if (options.has(EOS_ID)) {
      resources = resources.withEndTokens(options.integer(EOS_ID));
    }
    for (Map.Entry<String, Path> file : files(options).entrySet()) {
      Path path = file.getValue();
      resources =
          switch (file.getKey()) {
            case AR_MODEL, DRAFTER -> resources.withAuxiliary(auxiliary(path).denoiser());
            case DRAFT_HEADS -> resources.withDraftHeads(heads(path, loader));
            case FILTER -> resources.withFilter(FilterFile.read(path));
            case CORPUS -> resources.withTrigrams(trigrams(path));
            default -> resources.withFrequencies(frequencies(path));
          };
    }
    return resources;
  }

  /**
   * Finds what an algorithm needs.
   *
   * @param options algorithm and its options
   * @return files and model folders by the name of their option
   * @throws IllegalArgumentException if one is needed and none is there
   */
  public Map<String, Path> files(DecodeOptions options) throws IOException {
    Map<String, Path> files = new LinkedHashMap<>();
    for (String network : List.of(AR_MODEL, DRAFTER, DRAFT_HEADS)) {
      if (options.algorithm().parameter(network).isPresent()) {
        files.put(network, network(network, options));
      }
    }
    if (options.algorithm().parameter(FILTER).isPresent()) {
      files.put(FILTER, filter(options));
    }
    if (options.has(BACKGROUND_FREQUENCY)) {
      files.put(BACKGROUND_FREQUENCY, Path.of(options.word(BACKGROUND_FREQUENCY)));
    }
    if (options.has(CORPUS)) {
      files.put(CORPUS, Path.of(options.word(CORPUS)));
    }
    return files;
  }

  /** Tells whether all that an algorithm needs is there. */
  public boolean has(DecodeOptions options) throws IOException {
    try {
      files(options);
      return true;
    } catch (IllegalArgumentException _) {
      return false;
    }
  }

  /**
   * Returns the hashes of files that {@link #files} found, so that a run can say what it used.
   *
   * @param files option names with files or model folders
   * @return SHA-256 by option and file name
   */
  public static Map<String, String> hashes(Collection<Map.Entry<String, Path>> files)
      throws IOException {
    Map<String, String> hashes = new TreeMap<>();
    for (Map.Entry<String, Path> file : files) {
      Path path = file.getValue();
      if (Files.isDirectory(path)) {
        try (Checkpoint checkpoint = Checkpoint.open(path)) {
          hashes.put(file.getKey() + " " + checkpoint.name(), checkpoint.sha256());
        }
      } else {
        hashes.put(file.getKey() + " " + path.getFileName(), sha256(path));
      }
    }
    return hashes;
  }

  private static String sha256(Path file) throws IOException {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
      return HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private Path network(String option, DecodeOptions options) {
    if (options.has(option)) {
      return finder.apply(options.word(option));
    }
    String id = options.algorithm().id();
    Path shipped = model.resolveSibling(SHIPPED.getOrDefault(id, option));
    if (name().startsWith("unmask-") && Files.isDirectory(shipped)) {
      return shipped;
    }
    String what =
        option.equals(DRAFT_HEADS)
            ? "draft heads over %s"
            : id.equals("specdiff")
                ? "a diffusion model with the vocabulary of %s"
                : "a causal model with the vocabulary of %s";
    throw new IllegalArgumentException(
        "algorithm %s needs %s; name one with %s".formatted(id, what.formatted(name()), option));
  }

  private Path filter(DecodeOptions options) throws IOException {
    Path given =
        options.has(FILTER)
            ? Path.of(options.word(FILTER))
            : model.resolveSibling(name() + "-filter");
    if (Files.isRegularFile(given)) {
      return given;
    }
    TreeMap<Integer, Path> byLength = Files.isDirectory(given) ? filters(given) : new TreeMap<>();
    if (byLength.isEmpty()) {
      throw new IllegalArgumentException(
          "algorithm %s needs a filter and there is none at %s; name one with filter, or train one: unmask learn2pd collect"
              .formatted(options.algorithm().id(), given));
    }
    Map.Entry<Integer, Path> reaching = byLength.ceilingEntry(options.blockLength());
    if (reaching == null) {
      throw new IllegalArgumentException(
          "the filters in %s are for blocks of up to %d, block length was %d; use shorter blocks"
              .formatted(given.getFileName(), byLength.lastKey(), options.blockLength()));
    }
    return reaching.getValue();
  }

  private static TreeMap<Integer, Path> filters(Path folder) throws IOException {
    TreeMap<Integer, Path> byLength = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      files.forEach(
          file -> {
            Matcher name = FILTER_NAME.matcher(file.getFileName().toString());
            if (name.matches()) {
              byLength.put(Integer.parseInt(name.group(1)), file);
            }
          });
    }
    return byLength;
  }

  private String name() {
    return String.valueOf(model.getFileName());
  }

  private LoadedModel auxiliary(Path folder) throws IOException {
    LoadedModel loaded = models.get(folder);
    if (loaded == null) {
      loaded = opener.open(folder);
      models.put(folder, loaded);
    }
    return loaded;
  }

  private DraftHeads heads(Path folder, HeadsLoader loader) throws IOException {
    DraftHeads loaded = heads.get(folder);
    if (loaded == null) {
      Checkpoint checkpoint = Checkpoint.open(folder);
      checkpoints.put(folder, checkpoint);
      loaded = loader.load(checkpoint);
      heads.put(folder, loaded);
    }
    return loaded;
  }

  private TrigramCounts trigrams(Path file) throws IOException {
    TrigramCounts known = trigrams.get(file);
    if (known == null) {
      known = CorpusFile.trigrams(file, model);
      trigrams.put(file, known);
    }
    return known;
  }

  private static float[] frequencies(Path file) throws IOException {
    JsonNode shares = JsonFiles.readObject(file);
    TreeMap<Integer, Float> byToken = new TreeMap<>();
    for (Map.Entry<String, JsonNode> entry : shares.properties()) {
      double share = entry.getValue().isNumber() ? entry.getValue().asDouble() : -1;
      if (!entry.getKey().matches("\\d{1,7}") || !(share >= 0 && share <= 1)) {
        throw new CheckpointException(
            "%s: '%s': %s is no share of a token; write token ids with numbers from 0 to 1"
                .formatted(file, entry.getKey(), entry.getValue()));
      }
      byToken.put(Integer.valueOf(entry.getKey()), (float) share);
    }
    float[] frequencies = new float[byToken.isEmpty() ? 0 : byToken.lastKey() + 1];
    byToken.forEach((token, share) -> frequencies[token] = share);
    return frequencies;
  }

  @Override
  public void close() {
    models.values().forEach(LoadedModel::close);
    checkpoints.values().forEach(Checkpoint::close);
  }
}

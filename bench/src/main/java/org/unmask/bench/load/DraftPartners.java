package org.unmask.bench.load;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.unmask.decode.DecodeOptions;
import org.unmask.decode.DecodeResources;
import org.unmask.model.DraftHeads;
import org.unmask.weights.Checkpoint;

/**
 * The networks that draft for a model, where an algorithm needs one: those shipped beside it unless
 * the options name another. Each is opened once.
 */
final class DraftPartners implements AutoCloseable {

  /** Opens a model. */
  @FunctionalInterface
  interface Opener {
    LoadedModel open(Path folder) throws IOException;
  }

  /** Makes draft heads over the model. */
  @FunctionalInterface
  interface HeadsLoader {
    DraftHeads load(Checkpoint heads) throws IOException;
  }

  private final Path model;
  private final Opener opener;
  private final HeadsLoader headsLoader;
  private final Map<Path, LoadedModel> models = new HashMap<>();
  private final Map<Path, Checkpoint> checkpoints = new HashMap<>();
  private final Map<Path, DraftHeads> heads = new HashMap<>();

  DraftPartners(Path model, Opener opener, HeadsLoader headsLoader) {
    this.model = model.toAbsolutePath().normalize();
    this.opener = opener;
    this.headsLoader = headsLoader;
  }

  /** Adds what an algorithm needs. */
  DecodeResources of(DecodeResources base, DecodeOptions options) throws IOException {
    return switch (options.algorithm().id()) {
      case "speculative" -> base.withAuxiliary(model("unmask-qwen-ar-3m").denoiser());
      case "specdiff" -> base.withAuxiliary(model("unmask-llada-6m").denoiser());
      case "chimera" -> base.withDraftHeads(heads("unmask-chimera-heads"));
      default -> base;
    };
  }

  private LoadedModel model(String name) throws IOException {
    Path folder = model.resolveSibling(name);
    LoadedModel loaded = models.get(folder);
    if (loaded == null) {
      loaded = opener.open(folder);
      models.put(folder, loaded);
    }
    return loaded;
  }

  private DraftHeads heads(String name) throws IOException {
    Path folder = model.resolveSibling(name);
    DraftHeads loaded = heads.get(folder);
    if (loaded == null) {
      Checkpoint checkpoint = Checkpoint.open(folder);
      checkpoints.put(folder, checkpoint);
      loaded = headsLoader.load(checkpoint);
      heads.put(folder, loaded);
    }
    return loaded;
  }

  @Override
  public void close() {
    models.values().forEach(LoadedModel::close);
    checkpoints.values().forEach(Checkpoint::close);
  }
}

package org.unmask.decode.trace;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.unmask.model.Denoiser;
import org.unmask.model.DraftHeads;
import org.unmask.model.transformer.Transformer;
import org.unmask.runtime.exec.WorkerPool;
import org.unmask.runtime.kernel.Kernels;
import org.unmask.weights.Checkpoint;

/** A checkpoint of the repository's weights folder, loaded. */
public final class ShippedModel implements AutoCloseable {

  private final Checkpoint checkpoint;
  private final WorkerPool pool;
  private final Transformer model;
  private @Nullable Checkpoint heads;

  public ShippedModel(String name) throws IOException {
    checkpoint = Checkpoint.open(folder(name));
    pool = new WorkerPool(2);
    model = Transformer.load(checkpoint, pool);
  }

  private static Path folder(String name) {
    Path weights = Path.of("weights");
    return (Files.isDirectory(weights.resolve(name)) ? weights : Path.of("..").resolve(weights))
        .resolve(name);
  }

  public Denoiser newDenoiser() {
    return model.newDenoiser(Kernels.fastest(), pool);
  }

  /** Loads draft heads over this model. */
  public DraftHeads newDraftHeads(String name) throws IOException {
    heads = Checkpoint.open(folder(name)); // embeddings are read from the backbone's
    return model.newDraftHeads(heads, Kernels.fastest(), pool);
  }

  @Override
  public void close() {
    if (heads != null) {
      heads.close();
    }
    pool.close();
    checkpoint.close();
  }
}

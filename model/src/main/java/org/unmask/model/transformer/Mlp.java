package org.unmask.model.transformer;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.unmask.runtime.nn.PackedMatrix;

/** The weights of a layer's MLP. */
sealed interface Mlp {

  /** Returns the memory of the packed matrices, in bytes. */
  long sizeBytes();

  /**
   * One SwiGLU.
   *
   * @param gateUp outputs [gate | up]
   */
  record Dense(PackedMatrix gateUp, PackedMatrix down) implements Mlp {

    /** Returns the inner size. */
    int width() {
      return down.inputs();
    }

    @Override
    public long sizeBytes() {
      return gateUp.sizeBytes() + down.sizeBytes();
    }
  }

  /**
   * A mixture of experts.
   *
   * @param router outputs one logit per expert, always in float32
   * @param bias per expert, or null
   * @param shared the expert every row passes through, or null
   */
  record Sparse(
      PackedMatrix router, float @Nullable [] bias, List<Dense> experts, @Nullable Dense shared)
      implements Mlp {

    @Override
    public long sizeBytes() {
      return router.sizeBytes()
          + experts.stream().mapToLong(Dense::sizeBytes).sum()
          + (shared == null ? 0 : shared.sizeBytes());
    }
  }
}

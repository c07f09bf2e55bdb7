package org.unmask.bench.load;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.unmask.decode.DecodeStep;

/** What the first line of a recorded trace says of the model. */
public final class TraceFacts {

  private TraceFacts() {}

  /**
   * Returns name and hash of a model. Reads the weights once more, to hash them.
   *
   * @throws IOException if they cannot be read
   */
  public static Map<String, Object> of(LoadedModel model) throws IOException {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("model", model.name());
    facts.put("model_sha256", model.sha256());
    facts.put("weights", model.weights());
    facts.put("mask_token_id", model.denoiser().maskId());
    return facts;
  }

  /** Returns the count of floating-point operations of a model's steps. */
  public static ToLongFunction<DecodeStep.Work> flops(LoadedModel model) {
    return Flops.of(model.config(), null);
  }
}

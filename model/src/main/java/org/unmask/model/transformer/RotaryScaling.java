package org.unmask.model.transformer;

import org.unmask.runtime.nn.RotaryTable;
import org.unmask.weights.CheckpointException;
import org.unmask.weights.safetensors.Names;
import tools.jackson.databind.JsonNode;

/**
 * Rotary frequencies of a configuration, with the scaling rules {@code linear} and {@code llama3}.
 */
final class RotaryScaling {

  private RotaryScaling() {}

  static float[] frequencies(ConfigReader c, int rotaryDims) throws CheckpointException {
    JsonNode rope = c.has("rope_parameters") ? c.tree("rope_parameters") : c.tree("rope_scaling");
    double theta =
        rope.path("rope_theta").isNumber()
            ? rope.path("rope_theta").asDouble()
            : c.number("rope_theta", 10000);
    float[] frequencies = RotaryTable.frequencies(rotaryDims, theta);
    if (!rope.isObject()) {
      return frequencies;
    }
    String type = rope.path("rope_type").asString(rope.path("type").asString("default"));
    switch (type) {
      case "default" -> {}
      case "linear" -> {
        double factor = positive(rope, "factor");
        for (int j = 0; j < frequencies.length; j++) {
          frequencies[j] = (float) (frequencies[j] / factor);
        }
      }
      case "llama3" -> llama3(frequencies, rope);
      default ->
          throw new CheckpointException(
              "rope type "
                  + Names.quote(type)
                  + " in config.json is not supported; supported: default, linear, llama3");
    }
    return frequencies;
  }

  private static void llama3(float[] frequencies, JsonNode rope) throws CheckpointException {
    double factor = positive(rope, "factor");
    double low = positive(rope, "low_freq_factor");
    double high = positive(rope, "high_freq_factor");
    double original = positive(rope, "original_max_position_embeddings");
    for (int j = 0; j < frequencies.length; j++) {
      double frequency = frequencies[j];
      double wavelength = 2 * Math.PI / frequency;
      if (wavelength > original / low) {
        frequencies[j] = (float) (frequency / factor);
      } else if (wavelength >= original / high) {
        double smooth = (original / wavelength - low) / (high - low);
        frequencies[j] = (float) ((1 - smooth) * frequency / factor + smooth * frequency);
      }
    }
  }

  private static double positive(JsonNode rope, String key) throws CheckpointException {
    double value = rope.path(key).asDouble(0);
    if (!(value > 0)) {
      throw new CheckpointException(
          "rope scaling in config.json needs a positive '"
              + key
              + "', found "
              + ConfigReader.shown(rope.path(key)));
    }
    return value;
  }
}

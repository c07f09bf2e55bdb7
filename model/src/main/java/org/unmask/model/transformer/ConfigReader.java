package org.unmask.model.transformer;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.unmask.weights.CheckpointException;
import tools.jackson.databind.JsonNode;

/** Reads configuration keys with errors that name the key, its value and what would be right. */
final class ConfigReader {

  /** More than any model has of anything, few enough for products of two to fit a long. */
  private static final int MOST = 1 << 24;

  private final JsonNode config;
  private final @Nullable JsonNode sideCar;

  ConfigReader(JsonNode config, @Nullable JsonNode sideCar) {
    this.config = config;
    this.sideCar = sideCar;
  }

  JsonNode config() {
    return config;
  }

  private JsonNode get(String key) {
    JsonNode override = sideCar == null ? null : sideCar.get(key);
    return override != null ? override : config.path(key);
  }

  boolean has(String key) {
    JsonNode value = get(key);
    return !value.isMissingNode() && !value.isNull();
  }

  int size(String key) throws CheckpointException {
    if (!has(key)) {
      throw new CheckpointException("config.json has no '" + key + "', which this family needs");
    }
    return size(key, 0);
  }

  int size(String key, int absent) throws CheckpointException {
    return has(key) ? integer(key, 1) : absent;
  }

  /** Reads a number in [0, most]. */
  int idUpTo(String key, int absent, int most) throws CheckpointException {
    int value = id(key, absent);
    if (value > most) {
      throw wrong(key, get(key), "at most " + most);
    }
    return value;
  }

  /** Returns the even part of {@code whole} that a factor in (0, 1] gives, all of it if absent. */
  int share(String key, int whole) throws CheckpointException {
    double share = whole * number(key, 1.0);
    if (share > whole || (int) share < 2 || (int) share % 2 != 0) {
      throw wrong(key, get(key), "a factor that gives an even number in [2, " + whole + "]");
    }
    return (int) share;
  }

  /** Reads a number in [1, most]. */
  int sizeUpTo(String key, int most) throws CheckpointException {
    int value = size(key);
    if (value > most) {
      throw wrong(key, get(key), "at most " + most);
    }
    return value;
  }

  /** Reads a list of zeros and ones, one per layer; absent means all ones. */
  List<Boolean> flags(String key, int layers) throws CheckpointException {
    if (!has(key)) {
      return Collections.nCopies(layers, true);
    }
    List<Boolean> flags = new ArrayList<>();
    for (JsonNode value : get(key)) {
      if (!value.isInt() || (value.asInt() != 0 && value.asInt() != 1)) {
        throw wrong(key, get(key), "a list of 0 and 1");
      }
      flags.add(value.asInt() == 1);
    }
    if (flags.size() != layers) {
      throw wrong(key, get(key), "a list of " + layers + ", one for each layer");
    }
    return List.copyOf(flags);
  }

  /** Reads a list of whole numbers; absent means none. */
  List<Integer> ids(String key) throws CheckpointException {
    List<Integer> ids = new ArrayList<>();
    for (JsonNode value : has(key) ? get(key) : List.<JsonNode>of()) {
      if (!value.isInt()) {
        throw wrong(key, get(key), "a list of whole numbers");
      }
      ids.add(value.asInt());
    }
    return List.copyOf(ids);
  }

  /** Reads {@code shift}: 0 or 1, or false or true. */
  int shift(int absent) throws CheckpointException {
    JsonNode value = get("shift");
    return value.isBoolean() ? (value.asBoolean() ? 1 : 0) : idUpTo("shift", absent, 1);
  }

  int id(String key, int absent) throws CheckpointException {
    return has(key) ? integer(key, 0) : absent;
  }

  private int integer(String key, int least) throws CheckpointException {
    JsonNode value = get(key);
    if (!value.isIntegralNumber()
        || !value.canConvertToInt()
        || value.asInt() < least
        || value.asInt() > MOST) {
      throw wrong(key, value, "a whole number in [" + least + ", " + MOST + "]");
    }
    return value.asInt();
  }

  double number(String key, double absent) throws CheckpointException {
    JsonNode value = get(key);
    if (!has(key)) {
      return absent;
    }
    if (!value.isNumber() || !(value.asDouble() > 0) || Double.isInfinite(value.asDouble())) {
      throw wrong(key, value, "a positive number");
    }
    return value.asDouble();
  }

  boolean flag(String key, boolean absent) throws CheckpointException {
    if (!has(key)) {
      return absent;
    }
    if (!get(key).isBoolean()) {
      throw wrong(key, get(key), "true or false");
    }
    return get(key).asBoolean();
  }

  String text(String key, String absent) {
    return has(key) ? get(key).asString("") : absent;
  }

  JsonNode tree(String key) {
    return get(key);
  }

  /** Refuses any value but the given one; an absent key is fine. */
  void require(String key, Object implemented) throws CheckpointException {
    if (has(key) && !get(key).asString("").equals(implemented.toString())) {
      throw wrong(key, get(key), implemented + ", the only form implemented");
    }
  }

  void refuseUnlessAbsent(String key) throws CheckpointException {
    if (has(key)) {
      throw wrong(key, get(key), "absent: such checkpoints are not supported");
    }
  }

  int divide(String what, int value, String by, int divisor) throws CheckpointException {
    if (value % divisor != 0) {
      throw new CheckpointException(
          what + " " + value + " in config.json is not a multiple of " + by + " " + divisor);
    }
    return value / divisor;
  }

  private CheckpointException wrong(String key, JsonNode value, String right) {
    String file = sideCar != null && sideCar.has(key) ? "unmask.json" : "config.json";
    return new CheckpointException(
        "'" + key + "' in " + file + " is " + shown(value) + "; it must be " + right);
  }

  /** Returns a value as messages show it, cut if it is long. */
  static String shown(JsonNode value) {
    String text = value.toString();
    return text.length() > 60 ? text.substring(0, 60) + "..." : text;
  }
}

package org.unmask.model.tokenizer;

import java.util.ArrayList;
import java.util.List;
import org.unmask.weights.CheckpointException;
import org.unmask.weights.safetensors.Names;
import tools.jackson.databind.JsonNode;

/**
 * A part of a tokenizer file together with where it stands, so that every complaint can say so.
 *
 * @param node the part; a missing node if the file lacks it
 * @param where file and path to the part, such as {@code tokenizer.json: model.merges[3]}
 */
record Spec(JsonNode node, String where) {

  /** Returns a member, which may be missing or null. */
  Spec get(String key) {
    return new Spec(node.path(key), where + (where.endsWith(": ") ? "" : ".") + key);
  }

  /** Tells whether the part is there and not null. */
  boolean exists() {
    return !node.isMissingNode() && !node.isNull();
  }

  /** Returns the elements of an array, which must be there. */
  List<Spec> elements() throws CheckpointException {
    if (!node.isArray()) {
      throw fail("must be an array");
    }
    List<Spec> elements = new ArrayList<>(node.size());
    for (JsonNode element : node) {
      elements.add(new Spec(element, where + "[" + elements.size() + "]"));
    }
    return elements;
  }

  /** Returns a string member, which must be there. */
  String string(String key) throws CheckpointException {
    return get(key).asString();
  }

  /** Returns a string member, or a default if it is missing or null. */
  String string(String key, String otherwise) throws CheckpointException {
    Spec member = get(key);
    return member.exists() ? member.asString() : otherwise;
  }

  /** Returns a boolean member, or a default if it is missing or null. */
  boolean bool(String key, boolean otherwise) throws CheckpointException {
    Spec member = get(key);
    if (!member.exists()) {
      return otherwise;
    }
    if (!member.node.isBoolean()) {
      throw member.fail("must be true or false");
    }
    return member.node.asBoolean();
  }

  /** Returns this part as a string, which it must be; half surrogate pairs become U+FFFD. */
  String asString() throws CheckpointException {
    if (!node.isString()) {
      throw fail("must be a string");
    }
    return Utf8.wellFormed(node.asString());
  }

  /** Returns this part as an integer from 0 to {@code max}. */
  int asInt(int max) throws CheckpointException {
    if (!node.isIntegralNumber() || !node.canConvertToInt()) {
      throw fail("must be an integer from 0 to " + max);
    }
    int value = node.asInt();
    if (value < 0 || value > max) {
      throw fail("must be an integer from 0 to " + max + ", is " + value);
    }
    return value;
  }

  /** Complains about this part's {@code type}. */
  CheckpointException unknownType(String type, String known) {
    return fail("type " + Names.quote(type) + " is not supported; supported are " + known);
  }

  CheckpointException fail(String problem) {
    return new CheckpointException(where + " " + problem);
  }
}

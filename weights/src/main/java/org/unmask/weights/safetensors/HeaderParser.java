package org.unmask.weights.safetensors;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;

/**
 * Parses the JSON header of a safetensors file.
 *
 * <p>Streams: the heap it takes is proportional to the header. Nesting is limited to {@value
 * #MAX_DEPTH} levels, as in the official library, so hostile input cannot exhaust the stack.
 */
final class HeaderParser {
  private static final int MAX_DEPTH = 127;
  private static final int HEADER_START = 8;
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxNameLength(Integer.MAX_VALUE)
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNumberLength(Integer.MAX_VALUE)
                  .build())
          .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
          .disable(TokenStreamFactory.Feature.INTERN_PROPERTY_NAMES)
          .build();

  private final Path file;
  private final String json;
  private final JsonParser parser;
  private String tensor = "";

  HeaderParser(Path file, String json) {
    this.file = file;
    this.json = json;
    this.parser = JSON.createParser(ObjectReadContext.empty(), json);
  }

  Header parse() throws SafetensorsFormatException {
    try (parser) {
      return parseRoot();
    } catch (JacksonException e) {
      throw fail("header is not valid JSON: " + firstLine(e.getOriginalMessage()));
    }
  }

  private Header parseRoot() throws SafetensorsFormatException {
    // Jackson would skip a byte order mark that the official library refuses.
    if (json.startsWith("\uFEFF") || parser.nextToken() != JsonToken.START_OBJECT) {
      throw fail("header must be a JSON object");
    }
    List<Header.Entry> entries = new ArrayList<>();
    Set<String> names = new HashSet<>();
    Map<String, String> metadata = Map.of();
    boolean metadataSeen = false;
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = text();
      if (name.equals("__metadata__")) {
        if (metadataSeen) {
          throw fail("duplicate field __metadata__");
        }
        metadataSeen = true;
        metadata = parseMetadata();
      } else {
        if (!names.add(name)) {
          tensor = name;
          throw fail("the header lists this name twice");
        }
        entries.add(parseEntry(name));
      }
    }
    if (parser.nextToken() != null) {
      throw fail("something follows the header's closing brace");
    }
    return new Header(entries, metadata);
  }

  private Map<String, String> parseMetadata() throws SafetensorsFormatException {
    JsonToken token = parser.nextToken();
    if (token == JsonToken.VALUE_NULL) {
      return Map.of();
    }
    if (token != JsonToken.START_OBJECT) {
      throw fail("__metadata__ must be an object of strings");
    }
    Map<String, String> metadata = new LinkedHashMap<>();
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String key = text();
      if (parser.nextToken() != JsonToken.VALUE_STRING) {
        throw fail("__metadata__ value of " + Names.quote(key) + " must be a string");
      }
      metadata.put(key, text());
    }
    return metadata;
  }

  /** Reads {@code {"dtype":..., "shape":..., "data_offsets":...}} or the array of these three. */
  private Header.Entry parseEntry(String name) throws SafetensorsFormatException {
    tensor = name;
    long position = position();
    Fields fields = new Fields();
    switch (parser.nextToken()) {
      case START_ARRAY -> {
        for (String field : List.of("dtype", "shape", "data_offsets")) {
          parser.nextToken();
          parseField(field, fields);
        }
        if (parser.nextToken() != JsonToken.END_ARRAY) {
          throw fail("an entry given as an array must have three elements");
        }
      }
      case START_OBJECT -> {
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
          String field = text();
          parser.nextToken();
          parseField(field, fields);
        }
      }
      default -> throw fail("entry must be an object with dtype, shape and data_offsets");
    }
    if (fields.dtype == null || fields.shape == null || fields.offsets == null) {
      throw fail(
          "missing field "
              + (fields.dtype == null ? "dtype" : fields.shape == null ? "shape" : "data_offsets"));
    }
    if (fields.offsets.length != 2) {
      throw fail("data_offsets must have two elements, has " + fields.offsets.length);
    }
    tensor = "";
    return new Header.Entry(
        name, fields.dtype, fields.shape, fields.offsets[0], fields.offsets[1], position);
  }

  /** What has been read of one entry. */
  private static final class Fields {
    @Nullable Dtype dtype;
    long @Nullable [] shape;
    long @Nullable [] offsets;
  }

  private void parseField(String field, Fields fields) throws SafetensorsFormatException {
    switch (field) {
      case "dtype" -> {
        once(field, fields.dtype);
        fields.dtype = parseDtype();
      }
      case "shape" -> {
        once(field, fields.shape);
        fields.shape = parseSizes(field);
      }
      case "data_offsets" -> {
        once(field, fields.offsets);
        fields.offsets = parseSizes(field);
      }
      default -> checkIgnored();
    }
  }

  private void once(String field, @Nullable Object earlier) throws SafetensorsFormatException {
    if (earlier != null) {
      throw fail("duplicate field " + field);
    }
  }

  private Dtype parseDtype() throws SafetensorsFormatException {
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      throw fail("dtype must be a string");
    }
    String name = text();
    for (Dtype dtype : Dtype.values()) {
      if (dtype.name().equals(name)) {
        return dtype;
      }
    }
    throw fail(
        "unknown dtype " + Names.quote(name) + "; known are " + Arrays.toString(Dtype.values()));
  }

  private long[] parseSizes(String field) throws SafetensorsFormatException {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      throw fail(field + " must be an array of non-negative integers");
    }
    long[] sizes = new long[4];
    int count = 0;
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (count == sizes.length) {
        sizes = Arrays.copyOf(sizes, 2 * count);
      }
      sizes[count++] = parseSize(field);
    }
    return Arrays.copyOf(sizes, count);
  }

  private long parseSize(String field) throws SafetensorsFormatException {
    String digits = parser.currentToken() == JsonToken.VALUE_NUMBER_INT ? parser.getString() : "-";
    if (digits.startsWith("-") || digits.length() > 19) {
      throw fail(
          "%s must hold integers from 0 to 2^63-1, has %s"
              .formatted(field, Names.quote(parser.getString())));
    }
    try {
      return Long.parseLong(digits);
    } catch (NumberFormatException e) {
      throw fail("%s must hold integers from 0 to 2^63-1, has %s".formatted(field, digits));
    }
  }

  /** Steps over the value of an unknown field, refusing what the official library refuses there. */
  private void checkIgnored() throws SafetensorsFormatException {
    int depth = 0;
    JsonToken token = parser.currentToken();
    do {
      switch (token) {
        case START_OBJECT, START_ARRAY -> depth++;
        case END_OBJECT, END_ARRAY -> depth--;
        case PROPERTY_NAME, VALUE_STRING -> text();
        case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> {
          if (Double.isInfinite(Double.parseDouble(parser.getString()))) {
            throw fail("number out of range");
          }
        }
        default -> {}
      }
    } while (depth > 0 && (token = parser.nextToken()) != null);
  }

  /** The current string or name, refused if it holds half a surrogate pair. */
  private String text() throws SafetensorsFormatException {
    String text = parser.getString();
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        if (i + 1 == text.length()
            || !Character.isSurrogatePair(text.charAt(i), text.charAt(++i))) {
          throw fail("header is not valid JSON: half a surrogate pair in a string");
        }
      }
    }
    return text;
  }

  private long position() {
    // Exact for ASCII headers; a lower bound when names take more than a byte per character.
    return HEADER_START + Math.max(0, parser.currentTokenLocation().getCharOffset());
  }

  private SafetensorsFormatException fail(String problem) {
    return new SafetensorsFormatException(file, tensor, position(), problem);
  }

  private static String firstLine(String message) {
    return message.lines().findFirst().orElse("");
  }
}

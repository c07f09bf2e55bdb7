package org.unmask.tasks.parallelbench;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.unmask.tasks.metric.Answer;

/**
 * One question with its answer, as a line of a data file holds it; a one-shot example has the same
 * shape.
 *
 * @param input the template's fields in file order; values are strings or integers
 * @param answer what is right
 * @param outputFormat the answer with every item replaced by {@code [MASK]}, where the data have it
 *     (infilling)
 * @param metadata facts about the example, such as {@code length}; values may be null
 */
public record Example(
    Map<String, Object> input,
    Answer answer,
    Optional<String> outputFormat,
    Map<String, @Nullable Object> metadata) {

  /** Copies both maps, keeping their order. */
  public Example {
    input = Collections.unmodifiableMap(new LinkedHashMap<>(input));
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
  }
}

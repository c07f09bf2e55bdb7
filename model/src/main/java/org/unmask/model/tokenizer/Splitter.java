package org.unmask.model.tokenizer;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.unmask.weights.CheckpointException;
import org.unmask.weights.safetensors.Names;

/**
 * Cuts text at a pattern.
 *
 * @param pattern what to cut at
 * @param behavior what becomes of the matches
 * @param invert takes the gaps for matches and the other way round
 */
record Splitter(Pattern pattern, Behavior behavior, boolean invert) implements PreTokenizer {

  /** What becomes of a match, shown on {@code "the-final--countdown-"} cut at {@code -}. */
  enum Behavior {
    /** {@code the|-|final|-|-|countdown|-}. */
    ISOLATED,
    /** {@code the|final|countdown}. */
    REMOVED,
    /** {@code the-|final-|-|countdown-}. */
    MERGED_WITH_PREVIOUS,
    /** {@code the|-final|-|-countdown|-}. */
    MERGED_WITH_NEXT,
    /** {@code the|-|final|--|countdown|-}. */
    CONTIGUOUS;

    /** Reads a name such as {@code MergedWithNext}. */
    static Behavior parse(Spec spec) throws CheckpointException {
      String name = spec.asString();
      for (Behavior behavior : values()) {
        if (behavior.publicName().equals(name)) {
          return behavior;
        }
      }
      throw spec.fail("is " + Names.quote(name) + ", which is no split behaviour");
    }

    private String publicName() {
      StringBuilder out = new StringBuilder();
      for (String word : name().split("_")) {
        out.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
      }
      return out.toString();
    }
  }

  @Override
  public void split(Piece piece, Consumer<Piece> out) {
    String text = piece.text();
    List<Regex.Span> spans = Regex.spans(pattern, text);
    switch (behavior) {
      case ISOLATED -> {}
      case REMOVED -> spans.removeIf(span -> span.matched() != invert);
      case CONTIGUOUS -> spans = join(spans, false);
      case MERGED_WITH_PREVIOUS -> spans = join(spans, true);
      case MERGED_WITH_NEXT -> {
        Collections.reverse(spans);
        spans = join(spans, true);
        Collections.reverse(spans);
      }
    }
    for (Regex.Span span : spans) {
      if (span.from() < span.to()) {
        out.accept(
            new Piece(text.substring(span.from(), span.to()), piece.atStart() && span.from() == 0));
      }
    }
  }

  /**
   * Joins neighbours: a match to the gap before it if {@code matchesToGaps}, otherwise all of one
   * kind. The text before the first span counts as a gap.
   */
  private List<Regex.Span> join(List<Regex.Span> spans, boolean matchesToGaps) {
    List<Regex.Span> joined = new ArrayList<>();
    boolean previous = false;
    for (Regex.Span span : spans) {
      boolean match = span.matched() != invert;
      boolean joins = matchesToGaps ? match && !previous : match == previous;
      previous = match;
      if (joins && !joined.isEmpty()) {
        Regex.Span last = joined.removeLast();
        joined.add(
            new Regex.Span(
                Math.min(last.from(), span.from()), Math.max(last.to(), span.to()), match));
      } else {
        joined.add(span);
      }
    }
    return joined;
  }
}

package org.unmask.model.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.unmask.weights.CheckpointException;

/**
 * Cuts text into the pieces that BPE works on: the {@code pre_tokenizer} of a {@code
 * tokenizer.json}. Never hands on an empty piece.
 */
@FunctionalInterface
interface PreTokenizer {

  /** A piece of text; {@code atStart} if the whole text begins with it. */
  record Piece(String text, boolean atStart) {}

  void split(Piece piece, Consumer<Piece> out);

  /** GPT-2's pattern, which {@code ByteLevel} uses on its own. */
  Pattern GPT2 =
      Regex.compile(
          "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+");

  /** Reads a pre-tokenizer; a missing one cuts nothing. */
  static PreTokenizer parse(Spec spec) throws CheckpointException {
    if (!spec.exists()) {
      return (piece, out) -> out.accept(piece);
    }
    String type = spec.string("type");
    return switch (type) {
      case "Split" ->
          new Splitter(
              Regex.parse(spec.get("pattern")),
              Splitter.Behavior.parse(spec.get("behavior")),
              spec.bool("invert", false));
      case "ByteLevel" ->
          byteLevel(spec.bool("add_prefix_space", true), spec.bool("use_regex", true));
      case "Digits" ->
          new Splitter(
              Regex.compile("\\p{N}"),
              spec.bool("individual_digits", false)
                  ? Splitter.Behavior.ISOLATED
                  : Splitter.Behavior.CONTIGUOUS,
              false);
      case "Whitespace" ->
          new Splitter(Regex.compile("\\w+|[^\\w\\s]+"), Splitter.Behavior.REMOVED, true);
      case "WhitespaceSplit" ->
          new Splitter(Regex.compile("\\s"), Splitter.Behavior.REMOVED, false);
      case "Punctuation" ->
          new Splitter(
              Regex.compile("[\\p{P}$+<=>^`|~]"),
              spec.get("behavior").exists()
                  ? Splitter.Behavior.parse(spec.get("behavior"))
                  : Splitter.Behavior.ISOLATED,
              false);
      case "Metaspace" -> Metaspace.parse(spec);
      case "Sequence" -> {
        List<PreTokenizer> steps = new ArrayList<>();
        for (Spec step : spec.get("pretokenizers").elements()) {
          steps.add(parse(step));
        }
        yield sequence(steps);
      }
      default ->
          throw spec.unknownType(
              type,
              "Split, ByteLevel, Digits, Whitespace, WhitespaceSplit, Punctuation, Metaspace,"
                  + " Sequence");
    };
  }

  /** Writes pieces in the byte alphabet, after GPT-2's pattern if {@code useRegex}. */
  static PreTokenizer byteLevel(boolean addPrefixSpace, boolean useRegex) {
    return (piece, out) -> {
      String text = piece.text();
      if (addPrefixSpace && !text.startsWith(" ")) {
        text = " " + text;
      }
      if (!useRegex) {
        out.accept(new Piece(ByteAlphabet.encode(text), piece.atStart()));
        return;
      }
      for (Regex.Span span : Regex.spans(GPT2, text)) {
        out.accept(
            new Piece(
                ByteAlphabet.encode(text.substring(span.from(), span.to())),
                piece.atStart() && span.from() == 0));
      }
    };
  }

  /** Runs pre-tokenizers one after the other, each on the pieces of the one before. */
  static PreTokenizer sequence(List<PreTokenizer> steps) {
    return (piece, out) -> {
      List<Piece> pieces = List.of(piece);
      for (PreTokenizer step : steps) {
        List<Piece> finer = new ArrayList<>();
        for (Piece p : pieces) {
          step.split(p, finer::add);
        }
        pieces = finer;
      }
      pieces.forEach(out);
    };
  }
}

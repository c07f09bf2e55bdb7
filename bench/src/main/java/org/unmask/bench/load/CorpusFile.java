package org.unmask.bench.load;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.unmask.decode.speculative.TrigramCounts;

/** A text file whose trigrams ADED starts with. */
final class CorpusFile {

  private CorpusFile() {}

  /**
   * Counts the trigrams of a file.
   *
   * @param text UTF-8
   * @param model folder of the model whose tokens are counted
   */
  static TrigramCounts trigrams(Path text, Path model) throws IOException {
    if (!Files.isRegularFile(text)) {
      throw new IOException("corpus " + text + " is not a file; name a text file");
    }
    try {
      return TrigramCounts.of(ModelText.open(model).encode(Files.readString(text)));
    } catch (CharacterCodingException e) {
      throw new IOException("corpus " + text + " is not UTF-8 text; convert it first", e);
    }
  }
}

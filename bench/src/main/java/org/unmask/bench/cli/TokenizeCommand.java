package org.unmask.bench.cli;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.unmask.bench.load.ModelText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** {@code unmask tokenize}: text to token ids and back. */
@Command(
    name = "tokenize",
    description = {
      "Turn text into token ids, or token ids into text.",
      "",
      "Special tokens written in the text are recognised; none are added."
    })
final class TokenizeCommand extends Verb {

  /** What one line of {@code --requests} may set. */
  @Command
  static final class Request {

    @Option(names = "--text", paramLabel = "S", order = 2, description = "The text.")
    @Nullable String text;

    @Option(
        names = "--file",
        paramLabel = "FILE",
        order = 3,
        description = "A UTF-8 file with the text, taken whole.")
    @Nullable Path file;

    @Option(
        names = "--ids",
        split = "\\s*,\\s*",
        splitSynopsisLabel = ",",
        paramLabel = "ID",
        order = 4,
        description = "Token ids to turn into text.")
    int @Nullable [] ids;

    void check() {
      int given = (text == null ? 0 : 1) + (file == null ? 0 : 1) + (ids == null ? 0 : 1);
      if (given != 1) {
        throw new IllegalArgumentException(
            (given == 0 ? "nothing to do" : "too much to do") + "; give --text, --file or --ids");
      }
    }
  }

  @Mixin ModelFlags modelFlags = new ModelFlags();
  @Mixin Request request = new Request();

  @Option(
      names = "--requests",
      paramLabel = "FILE",
      order = 5,
      description = "JSON Lines: one text a line, long option names as keys.")
  @Nullable Path requests;

  @Override
  void run() throws IOException {
    List<Request> all = Requests.of(spec, requests, request, Request::new, Request::check);
    ModelText model = ModelText.open(modelFlags.folder(terminal()));
    for (int i = 0; i < all.size() && !interrupt().requested(); i++) {
      answer(model, requests == null ? -1 : i, all.get(i));
    }
  }

  private void answer(ModelText model, int number, Request each) throws IOException {
    ObjectNode line = Json.object();
    if (number >= 0) {
      line.put("request", number);
    }
    int[] ids = each.ids;
    if (ids == null) {
      ids = model.encode(text(each));
      line.set("ids", Json.array(ids));
      answer(line, IntStream.of(ids).mapToObj(Integer::toString).collect(Collectors.joining(",")));
    } else {
      String decoded = model.withSpecials(ids);
      line.put("decoded", model.withoutSpecials(ids)).put("decoded_with_special", decoded);
      answer(line, decoded);
    }
  }

  private void answer(ObjectNode line, String text) {
    if (json) {
      print(line);
    } else {
      print(text);
    }
  }

  private static String text(Request request) throws IOException {
    Path file = request.file;
    if (file == null) {
      return java.util.Objects.requireNonNull(request.text);
    }
    try {
      return Files.readString(file);
    } catch (CharacterCodingException e) {
      throw new IOException(file + " is not UTF-8 text", e);
    }
  }
}

package org.unmask.model.tokenizer;

import java.util.ArrayList;
import java.util.List;
import org.unmask.weights.CheckpointException;

/**
 * Puts special tokens around a text: what the {@code post_processor} of a {@code tokenizer.json}
 * does to a single sequence.
 *
 * @param before ids put before the text
 * @param after ids put after it
 */
record PostProcessor(int[] before, int[] after) {
  static final PostProcessor NONE = new PostProcessor(new int[0], new int[0]);
  private static final int MOST_IDS = 1 << 24;

  /** Reads a post-processor; a missing one adds nothing. */
  static PostProcessor parse(Spec spec) throws CheckpointException {
    if (!spec.exists()) {
      return NONE;
    }
    String type = spec.string("type");
    return switch (type) {
      case "ByteLevel" -> NONE; // moves offsets only
      case "TemplateProcessing" -> template(spec);
      case "BertProcessing", "RobertaProcessing" ->
          new PostProcessor(pairId(spec.get("cls")), pairId(spec.get("sep")));
      case "Sequence" -> {
        PostProcessor all = NONE;
        for (Spec step : spec.get("processors").elements()) {
          PostProcessor outer = parse(step);
          all = new PostProcessor(concat(outer.before, all.before), concat(all.after, outer.after));
        }
        yield all;
      }
      default ->
          throw spec.unknownType(
              type, "ByteLevel, TemplateProcessing, BertProcessing, RobertaProcessing, Sequence");
    };
  }

  private static PostProcessor template(Spec spec) throws CheckpointException {
    IntList before = new IntList(2);
    IntList after = new IntList(2);
    boolean seen = false;
    for (Spec part : spec.get("single").elements()) {
      if (part.get("Sequence").exists()) {
        if (seen) {
          throw part.fail("repeats the text, which is not supported");
        }
        seen = true;
        continue;
      }
      String name = part.get("SpecialToken").string("id");
      for (Spec id : spec.get("special_tokens").get(name).get("ids").elements()) {
        (seen ? after : before).add(id.asInt(MOST_IDS));
      }
    }
    if (!seen) {
      throw spec.get("single").fail("leaves out the text");
    }
    return new PostProcessor(before.toArray(), after.toArray());
  }

  /** The id of a {@code ["<s>", 0]} pair. */
  private static int[] pairId(Spec pair) throws CheckpointException {
    List<Spec> parts = new ArrayList<>(pair.elements());
    if (parts.size() != 2) {
      throw pair.fail("must be a token and its id");
    }
    return new int[] {parts.get(1).asInt(MOST_IDS)};
  }

  private static int[] concat(int[] a, int[] b) {
    IntList all = new IntList(a.length + b.length);
    all.addAll(a);
    all.addAll(b);
    return all.toArray();
  }
}

package org.unmask.tasks.generate;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.unmask.tasks.random.RandomStream;

/**
 * Fills the slots of text templates with random values, the same value wherever a slot's name
 * occurs again.
 */
final class SlotFiller {

  private static final Pattern SLOT = Pattern.compile("\\{(\\w+)}");
  private static final Map<String, List<String>> VALUES =
      WordList.load("slots.txt").stream()
          .map(line -> List.of(line.split("\\|")))
          .collect(Collectors.toMap(List::getFirst, values -> values.subList(1, values.size())));

  private final RandomStream random;
  private final Map<String, String> chosen = new HashMap<>();

  SlotFiller(RandomStream random) {
    this.random = random;
  }

  /** Fixes the value of a slot. */
  SlotFiller with(String slot, String value) {
    chosen.put(slot, value);
    return this;
  }

  /** Fills a template. */
  String fill(String template) {
    return SLOT.matcher(template)
        .replaceAll(
            match -> chosen.computeIfAbsent(match.group(1), s -> random.choose(VALUES.get(s))));
  }
}

package org.unmask.tasks.metric;

import java.util.List;
import java.util.Optional;

/** What a task's data file says about the right answer; one shape for each family of metrics. */
public sealed interface Answer {

  /**
   * Returns one right answer as a model would write it: the assistant's turn of a one-shot example.
   */
  String example();

  /**
   * The one accepted text, for tasks with a single right answer.
   *
   * @param example the reference text
   */
  record Text(String example) implements Answer {}

  /**
   * A list of which many rearrangements are right (shuffle, insert, remove and replace at random).
   *
   * @param input the list given in the prompt
   * @param word the item to insert or to replace another by; empty for shuffle and remove
   * @param example one right answer
   */
  record Items(List<String> input, Optional<String> word, String example) implements Answer {
    /** Copies the list. */
    public Items {
      input = List.copyOf(input);
    }
  }

  /**
   * A Latin square over given symbols.
   *
   * @param symbols the distinct symbols; their number is the size of the square
   * @param example one right answer, rows by line, cells by comma
   */
  record Square(List<String> symbols, String example) implements Answer {
    /** Copies the list. */
    public Square {
      symbols = List.copyOf(symbols);
    }
  }

  /**
   * Words that a sentence has to contain.
   *
   * @param words the words
   * @param sentence a sentence that does, where the data have one
   */
  record Words(List<String> words, Optional<String> sentence) implements Answer {
    /** Copies the list. */
    public Words {
      words = List.copyOf(words);
    }

    @Override
    public String example() {
      return sentence.orElse("");
    }
  }

  /**
   * A conversation and its reference summary.
   *
   * @param text the conversation
   * @param summary the reference
   */
  record Summary(String text, String summary) implements Answer {
    @Override
    public String example() {
      return summary;
    }
  }

  /**
   * A sentence to paraphrase.
   *
   * @param text the sentence
   * @param examples reference paraphrases as the data hold them, a Python list literal in a string;
   *     no score uses them
   */
  record Paraphrases(String text, String examples) implements Answer {
    @Override
    public String example() {
      return examples;
    }
  }

  /**
   * A chain of two-digit numbers, each beginning with the last digit of the one before.
   *
   * @param length how many numbers
   * @param start the first of them
   * @param example one right answer
   */
  record Domino(int length, int start, String example) implements Answer {}

  /**
   * The result of an integer calculation.
   *
   * @param result in decimal digits, with a leading minus if negative
   */
  record Calculation(String result) implements Answer {
    @Override
    public String example() {
      return result;
    }
  }
}

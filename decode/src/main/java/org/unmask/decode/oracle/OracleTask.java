package org.unmask.decode.oracle;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.unmask.model.Denoiser;

/**
 * A task whose answers are exactly known: the distribution of answers to each prompt.
 *
 * <p>Tokens are the symbols 0 to V - 1, then the mask. List tasks are asked with a list of distinct
 * items; chains and squares with one token that means nothing.
 */
public final class OracleTask {

  private static final Pattern NAME = Pattern.compile("([a-z-]+?)-(\\d{1,3})");
  private static final String NAMES =
      "copy-N, reverse-N, sort-N, replace-N, shuffle-N, insert-N, remove-N, markov-N or latin-N";

  private final String name;
  private final int[] prompt;
  private final int length;
  private final int symbols;
  private final Function<int[], Joint> answers;

  private OracleTask(
      String name, int[] prompt, int length, int symbols, Function<int[], Joint> answers) {
    this.name = name;
    this.prompt = prompt;
    this.length = length;
    this.symbols = symbols;
    this.answers = answers;
  }

  /**
   * Finds a task.
   *
   * @param name {@code copy-N}, {@code reverse-N}, {@code sort-N} (one answer for N items), {@code
   *     replace-N} (any one item by the new one, symbol N), {@code shuffle-N} (any order, the given
   *     one too), {@code insert-N} (the new item anywhere), {@code remove-N} (all but any one),
   *     {@code markov-N} (a chain of N over 4 symbols that stays with probability 0.7), {@code
   *     latin-N} (any Latin square of order N, row by row)
   * @throws IllegalArgumentException if there is none of that name, or N is too large to enumerate
   */
  public static OracleTask named(String name) {
    Matcher matcher = NAME.matcher(name);
    if (!matcher.matches()) {
      throw unknown(name);
    }
    String kind = matcher.group(1);
    int n = Integer.parseInt(matcher.group(2));
    return switch (kind) {
      case "copy" -> list(name, n, 64, n, n, x -> List.of(x));
      case "reverse" -> list(name, n, 64, n, n, x -> List.of(reversed(x)));
      case "sort" -> list(name, n, 64, n, n, x -> List.of(sorted(x)));
      case "replace" -> list(name, n, 64, n, n + 1, OracleTask::replaced);
      case "shuffle" -> list(name, n, 8, n, n, x -> permutations(x, 0));
      case "insert" -> list(name, n, 64, n + 1, n + 1, OracleTask::inserted);
      case "remove" -> list(name, n, 64, n - 1, n, OracleTask::removed);
      case "markov" -> {
        requireSize(name, n, 1, 512);
        Joint chain = MarkovChain.staying(n, 4, 0.7);
        yield new OracleTask(name, new int[] {0}, n, 4, x -> chain);
      }
      case "latin" -> {
        requireSize(name, n, 2, 4);
        Joint squares = new UniformJoint(n, LatinSquares.all(n));
        yield new OracleTask(name, new int[] {0}, n * n, n, x -> squares);
      }
      default -> throw unknown(name);
    };
  }

  private static IllegalArgumentException unknown(String name) {
    return new IllegalArgumentException("no exact task '%s'; give %s".formatted(name, NAMES));
  }

  private static void requireSize(String name, int n, int least, int most) {
    if (n < least || n > most) {
      throw new IllegalArgumentException(
          "task '%s' cannot be enumerated; its size must be from %d to %d"
              .formatted(name, least, most));
    }
  }

  private static OracleTask list(
      String name, int n, int most, int length, int symbols, Function<int[], List<int[]>> answers) {
    requireSize(name, n, 2, most);
    int[] prompt = IntStream.range(0, n).toArray();
    return new OracleTask(
        name, prompt, length, symbols, x -> new UniformJoint(symbols, answers.apply(x)));
  }

  private static int[] reversed(int[] x) {
    return IntStream.range(0, x.length).map(i -> x[x.length - 1 - i]).toArray();
  }

  private static int[] sorted(int[] x) {
    return IntStream.of(x).sorted().toArray();
  }

  private static List<int[]> replaced(int[] x) {
    List<int[]> answers = new ArrayList<>();
    for (int i = 0; i < x.length; i++) {
      int[] answer = x.clone();
      answer[i] = x.length;
      answers.add(answer);
    }
    return answers;
  }

  private static List<int[]> inserted(int[] x) {
    List<int[]> answers = new ArrayList<>();
    for (int at = 0; at <= x.length; at++) {
      int[] answer = Arrays.copyOf(x, x.length + 1);
      System.arraycopy(x, at, answer, at + 1, x.length - at);
      answer[at] = x.length;
      answers.add(answer);
    }
    return answers;
  }

  private static List<int[]> removed(int[] x) {
    List<int[]> answers = new ArrayList<>();
    for (int without = 0; without < x.length; without++) {
      int i = without;
      answers.add(IntStream.range(0, x.length).filter(k -> k != i).map(k -> x[k]).toArray());
    }
    return answers;
  }

  private static List<int[]> permutations(int[] list, int from) {
    if (from == list.length) {
      return List.of(list.clone());
    }
    List<int[]> all = new ArrayList<>();
    for (int i = from; i < list.length; i++) {
      int[] swapped = list.clone();
      swapped[from] = list[i];
      swapped[i] = list[from];
      all.addAll(permutations(swapped, from + 1));
    }
    return all;
  }

  /** Returns the name. */
  public String name() {
    return name;
  }

  /** Returns the usual prompt: the items in ascending order, or one token. */
  public int[] prompt() {
    return prompt.clone();
  }

  /** Returns the length of an answer in tokens. */
  public int length() {
    return length;
  }

  /** Returns the number of symbols, which is the id of the mask token. */
  public int symbols() {
    return symbols;
  }

  /**
   * Returns the distribution of the answers to a prompt.
   *
   * @param prompt token ids, as long as {@link #prompt}
   */
  public Joint answers(int[] prompt) {
    if (prompt.length != this.prompt.length) {
      throw new IllegalArgumentException(
          "task %s is asked with %d tokens, had %d"
              .formatted(name, this.prompt.length, prompt.length));
    }
    return answers.apply(prompt);
  }

  /** Returns the probability of an answer to a prompt; 0 if it is wrong. */
  public double probability(int[] prompt, int[] answer) {
    boolean isOne =
        answer.length == length && IntStream.of(answer).allMatch(v -> v >= 0 && v < symbols);
    return isOne ? answers(prompt).probability(answer) : 0;
  }

  /** Returns a network that serves the conditional marginals of each position. */
  public Denoiser denoiser() {
    return new OracleDenoiser(this, false);
  }

  /** Returns a causal network that serves the next token's distribution given those before it. */
  public Denoiser causalModel() {
    return new OracleDenoiser(this, true);
  }

  @Override
  public String toString() {
    return name;
  }
}

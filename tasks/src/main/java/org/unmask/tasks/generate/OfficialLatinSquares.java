package org.unmask.tasks.generate;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.unmask.tasks.parallelbench.Example;
import org.unmask.tasks.parallelbench.Recipe;
import org.unmask.tasks.parallelbench.Sample;
import org.unmask.tasks.parallelbench.Task;
import org.unmask.tasks.random.PythonRandom;

/**
 * Makes the official Latin squares, the one set whose generator and seed are published and still
 * give the published file.
 *
 * <p>The seed is SHA-256 of the task's short name plus 42, modulo 65535; all questions are drawn
 * first, then all examples.
 */
public final class OfficialLatinSquares {

  private OfficialLatinSquares() {}

  /**
   * Makes the set of a task.
   *
   * @throws IllegalArgumentException if the task is no Latin square with a fresh example per sample
   */
  public static List<Sample> samples(Task task) {
    if (!(task.recipe() instanceof Recipe.LatinSquare(int size)) || task.fixedShot().isPresent()) {
      throw new IllegalArgumentException(
          "the official set of %s cannot be made again; give a folder with the official files"
              .formatted(task.id()));
    }
    var random = new PythonRandom(seed(task.id().substring(task.id().lastIndexOf('/') + 1)));
    var maker = new LatinSquareMaker(size);
    var questions = new ArrayList<Example>();
    for (int i = 0; i < 2 * task.samples(); i++) {
      questions.add(example(maker, random));
    }
    return IntStream.range(0, task.samples())
        .mapToObj(i -> new Sample(i, questions.get(i), List.of(questions.get(task.samples() + i))))
        .toList();
  }

  private static Example example(LatinSquareMaker maker, PythonRandom random) {
    var symbols = random.sampleFew(LatinSquareMaker.SYMBOLS, maker.size());
    var numbers = IntStream.range(0, maker.size()).boxed().toList();
    var rows = random.shuffled(numbers);
    return maker.example(symbols, rows, random.shuffled(numbers));
  }

  private static long seed(String name) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      var hash = new BigInteger(1, digest.digest(name.getBytes(StandardCharsets.UTF_8)));
      return hash.add(BigInteger.valueOf(42)).mod(BigInteger.valueOf(65535)).longValueExact();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}

package org.unmask.tasks.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmask.tasks.metric.Answer;
import org.unmask.tasks.metric.ListParser;
import org.unmask.tasks.parallelbench.Example;
import org.unmask.tasks.parallelbench.ParallelBench;
import org.unmask.tasks.parallelbench.Sample;
import org.unmask.tasks.random.ChiSquare;

/** Distribution of generated samples; every number is fixed by its seed, so nothing can flicker. */
class GeneratorTest {

  private static final long SEED = 20260422;

  @Test
  void copy_repeatsTheList() {
    for (var sample : set("waiting_line/copy", 40)) {
      assertThat(text(sample.example())).isEqualTo(context(sample.example()));
    }
  }

  @Test
  void sort_ordersByWholeNames() {
    for (var sample : set("waiting_line/sort", 40)) {
      assertThat(text(sample.example()))
          .isSorted()
          .containsExactlyInAnyOrderElementsOf(context(sample.example()));
    }
  }

  @Test
  void reverse_turnsTheListAround() {
    for (var sample : set("waiting_line/reverse", 40)) {
      assertThat(text(sample.example())).isEqualTo(context(sample.example()).reversed());
    }
  }

  @Test
  void replaceIndex_changesTheItemAtTheIndexCountedFromZero() {
    for (var sample : set("waiting_line/replace_index", 40)) {
      var example = sample.example();
      var expected = context(example);
      expected.set(index(example), (String) example.input().get("word"));
      assertThat(text(example)).isEqualTo(expected);
      assertThat(context(example)).doesNotContain((String) example.input().get("word"));
    }
  }

  @Test
  void insertIndex_putsTheItemAtTheIndexCountedFromZero() {
    for (var sample : set("waiting_line/insert_index", 40)) {
      var example = sample.example();
      var expected = context(example);
      expected.add(index(example), (String) example.input().get("word"));
      assertThat(text(example)).isEqualTo(expected);
    }
  }

  @Test
  void removeIndex_dropsTheItemAtTheIndexCountedFromZero() {
    for (var sample : set("waiting_line/remove_index", 40)) {
      var expected = context(sample.example());
      expected.remove(index(sample.example()));
      assertThat(text(sample.example())).isEqualTo(expected);
    }
  }

  @Test
  void randomTasks_hideTheIndex() {
    for (String task : List.of("replace_random", "insert_random", "remove_random")) {
      for (var sample : set("waiting_line/" + task, 12)) {
        assertThat(sample.example().input()).doesNotContainKey("index");
        assertThat(sample.example().metadata()).containsEntry("index", null);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"replace_index", "remove_index", "insert_index"})
  void indices_areUniform(String task) {
    int places = task.equals("insert_index") ? 7 : 6;
    var counts =
        ChiSquare.count(
            set("waiting_line/" + task, 8000).stream()
                .filter(sample -> sample.length() == 6)
                .toList(),
            sample -> index(sample.example()));

    ChiSquare.assertUniform(counts, places);
  }

  @Test
  void exampleLengths_areUniformAndIndependentOfTheSample() {
    for (int length = 3; length <= 6; length++) {
      int wanted = length;
      var counts =
          ChiSquare.count(
              set("waiting_line/reverse", 4000).stream()
                  .filter(sample -> sample.length() == wanted)
                  .toList(),
              sample -> (Integer) sample.shots().getFirst().metadata().get("length"));
      ChiSquare.assertUniform(counts, 4);
    }
  }

  @Test
  void longLists_haveFifteenNamesInQuestionAndExample() {
    for (var sample : set("waiting_line_n15/shuffle", 20)) {
      assertThat(context(sample.example())).hasSize(15).doesNotHaveDuplicates();
      assertThat(context(sample.shots().getFirst())).hasSize(15);
    }
  }

  @Test
  void names_areUniformOverBothLists() {
    var first = new ArrayList<String>();
    var last = new ArrayList<String>();
    for (var sample : set("waiting_line/copy", 6000)) {
      for (String name : context(sample.example())) {
        first.add(name.substring(0, name.indexOf(' ')));
        last.add(name.substring(name.indexOf(' ') + 1));
      }
    }
    ChiSquare.assertUniform(
        ChiSquare.count(first, name -> name), WordList.load("first-names.txt").size());
    ChiSquare.assertUniform(
        ChiSquare.count(last, name -> name), WordList.load("last-names.txt").size());
  }

  @Test
  void wordLists_holdDistinctPlainWords() {
    for (String list : List.of("first-names.txt", "last-names.txt")) {
      assertThat(WordList.load(list))
          .doesNotHaveDuplicates()
          .allMatch(word -> word.matches("[A-Z][a-z]+"));
    }
  }

  @Test
  void shuffleExamples_areUniformOverTheOtherOrders() {
    var counts =
        ChiSquare.count(
            set("waiting_line/shuffle", 8000).stream()
                .filter(sample -> sample.length() == 3)
                .toList(),
            sample -> {
              var items = context(sample.example());
              return text(sample.example()).stream().map(items::indexOf).toList();
            });
    assertThat(counts).doesNotContainKey(List.of(0, 1, 2));
    ChiSquare.assertUniform(counts, 5);
  }

  @Test
  void latinSquares_haveDistinctSymbolsDrawnUniformly() {
    var symbols = new ArrayList<String>();
    for (var sample : set("puzzle/latin_square_n4", 3000)) {
      var square = (Answer.Square) sample.answer();
      assertThat(square.symbols()).hasSize(4).doesNotHaveDuplicates();
      assertThat(sample.example().input())
          .containsEntry("size", 4)
          .containsEntry("symbols", "[" + String.join(", ", square.symbols()) + "]");
      symbols.addAll(square.symbols());
    }
    ChiSquare.assertUniform(ChiSquare.count(symbols, symbol -> symbol), 36);
  }

  @Test
  void sudokus_haveFourHolesAndTheOneSolutionThatIsStored() {
    var holes = new ArrayList<Integer>();
    for (var sample : set("puzzle/sudoku_n4_12", 500)) {
      for (var example : List.of(sample.example(), sample.shots().getFirst())) {
        String puzzle = ((String) example.input().get("sudoku")).replace("\n", "");
        assertThat(puzzle).matches("[0-4]{16}");
        assertThat(puzzle.chars().filter(cell -> cell == '0').count()).isEqualTo(4);
        assertThat(SudokuMaker.solutions(puzzle))
            .containsExactly(example.answer().example().replace("\n", ""));
      }
      assertThat(sample.length()).isEqualTo(12);
    }
  }

  @Test
  void sudokuSolver_knowsAll288Grids() {
    assertThat(new HashSet<>(SudokuMaker.solutions("0".repeat(16)))).hasSize(288);
    assertThat(SudokuMaker.solutions("1100000000000000")).isEmpty();
  }

  @Test
  void fieldsStandInTheOrderOfTheOfficialFiles() {
    assertThat(fields("insert_index")).containsExactly("context", "word", "index");
    assertThat(fields("replace_random")).containsExactly("context", "word");
    assertThat(fields("remove_index")).containsExactly("context", "index");
    for (String task : List.of("copy", "shuffle", "insert_index", "replace_random")) {
      assertThat(set("waiting_line/" + task, 1).getFirst().example().outputFormat()).isPresent();
    }
    for (String task : List.of("sort", "reverse", "remove_index", "remove_random")) {
      assertThat(set("waiting_line/" + task, 1).getFirst().example().outputFormat()).isEmpty();
    }
    assertThat(set("waiting_line/insert_random", 1).getFirst().example().outputFormat().get())
        .isEqualTo("[\"[MASK]\", \"[MASK]\", \"[MASK]\", \"[MASK]\"]");
  }

  private static List<String> fields(String task) {
    return List.copyOf(set("waiting_line/" + task, 1).getFirst().example().input().keySet());
  }

  private static List<Sample> set(String task, int count) {
    return Generator.samples(ParallelBench.task(task), SEED, count);
  }

  private static List<String> context(Example example) {
    return new ArrayList<>(ListParser.strict((String) example.input().get("context")).get());
  }

  private static List<String> text(Example example) {
    return ListParser.strict(example.answer().example()).get();
  }

  private static int index(Example example) {
    return (Integer) example.input().get("index");
  }
}

package org.unmask.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import org.unmask.model.AttentionMask;
import org.unmask.model.Denoiser;
import org.unmask.model.KvCache;
import org.unmask.model.Query;

/**
 * Forward calls of every kind, for comparing two denoisers of one model: ragged batches, caches,
 * masks, noise, suppressed tokens, logits, attention.
 */
public final class Calls {

  private static final int VOCABULARY = 2048;
  private static final int LENGTH = 38;

  private Calls() {}

  /** Makes all calls of a denoiser and returns the queries with their predictions. */
  public static List<Query> of(Denoiser denoiser) {
    List<Query> done = new ArrayList<>();
    List<Query> ragged = List.of(plain(19, 1), plain(LENGTH, 2).wantLogits(true), plain(5, 3));
    forward(denoiser, ragged, done);
    forward(denoiser, List.of(drawn(21, 4), plain(9, 5).suppress(7, 2037, 12)), done);
    forward(denoiser, List.of(masked(17, 6)), done);
    forward(denoiser, List.of(plain(13, 7).wantAttention(3)), done);
    forward(denoiser, List.of(asking(10, 10), plain(6, 11)), done);
    cached(denoiser, done);
    return done;
  }

  private static void cached(Denoiser denoiser, List<Query> done) {
    KvCache cache = denoiser.newCache(LENGTH + 4);
    int[] ids = canvas(LENGTH, 8);
    forward(denoiser, List.of(new Query(cache).rows(ids, 0, LENGTH)), done);
    int[] rows = {1, 3, 7};
    Query block = new Query(cache).rows(ids, 16, 24).keys(LENGTH).predict(rows, 3);
    KvCache other = denoiser.newCache(16);
    Query beside = new Query(other).rows(canvas(11, 9), 0, 11).predict(new int[] {10}, 1);
    forward(denoiser, List.of(block, beside), done);
    cache.copy(2, 20);
    Query after = new Query(cache).rows(ids, 30, LENGTH).keys(LENGTH).predict(rows, 3);
    forward(denoiser, List.of(after), done);
  }

  private static void forward(Denoiser denoiser, List<Query> queries, List<Query> done) {
    denoiser.forward(queries);
    done.addAll(queries);
  }

  private static int[] canvas(int length, long seed) {
    return new SplittableRandom(seed).ints(length, 0, VOCABULARY).toArray();
  }

  private static Query plain(int length, long seed) {
    int[] rows = IntStream.range(length / 2, length).toArray();
    return new Query().rows(canvas(length, seed), 0, length).predict(rows, rows.length);
  }

  private static Query drawn(int length, long seed) {
    Query query = plain(length, seed);
    return query.noise(0.7, new SplittableRandom(seed).longs(query.predictedCount()).toArray());
  }

  private static Query asking(int length, long seed) {
    Query query = plain(length, seed).suppress(12);
    int[] tokens = new SplittableRandom(seed).ints(query.predictedCount(), 0, VOCABULARY).toArray();
    tokens[0] = -1;
    return query.ask(tokens);
  }

  private static Query masked(int length, long seed) {
    AttentionMask.Explicit mask = (row, slot) -> slot == row || (slot * 7 + row) % 3 != 0;
    return plain(length, seed).mask(mask);
  }

  /** Asserts that both denoisers gave the same bits everywhere. */
  public static void assertSameBits(List<Query> actual, List<Query> expected) {
    compare(
        actual,
        expected,
        (a, e) -> {
          assertThat(bits(a)).isEqualTo(bits(e));
          assertThat(logits(a)).isEqualTo(logits(e));
        });
  }

  /** Asserts that logits and confidences agree within a tolerance. */
  public static void assertClose(List<Query> actual, List<Query> expected, double tolerance) {
    compare(
        actual,
        expected,
        (a, e) -> {
          double worst = 0;
          for (int i = 0; i < logits(e).length; i++) {
            worst = Math.max(worst, Math.abs(logits(a)[i] - logits(e)[i]));
          }
          assertThat(worst).isLessThan(tolerance);
          for (int p = 0; p < e.predictions().count(); p++) {
            double distance = Math.abs(a.predictions().top(p) - e.predictions().top(p));
            assertThat(distance).isLessThan(tolerance);
            if (e.asked(p) >= 0) {
              assertThat(a.predictions().asked(p))
                  .isCloseTo(e.predictions().asked(p), within(tolerance));
            }
          }
        });
  }

  private static void compare(
      List<Query> actual, List<Query> expected, BiConsumer<Query, Query> each) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.size(); i++) {
      each.accept(actual.get(i), expected.get(i));
      float[] attention = attention(actual.get(i));
      for (int k = 0; k < attention.length; k++) {
        assertThat(Math.abs(attention[k] - attention(expected.get(i))[k])).isLessThan(1e-2f);
      }
    }
  }

  private static float[] attention(Query query) {
    int size = query.attentionLayers() == 0 ? 0 : query.rowCount() * query.keyCount();
    return Arrays.copyOf(query.predictions().attention(), size);
  }

  private static float[] logits(Query query) {
    int size = query.wantsLogits() ? query.predictions().count() * VOCABULARY : 0;
    return Arrays.copyOf(query.predictions().logits(), size);
  }

  private static List<String> bits(Query query) {
    return IntStream.range(0, query.predictions().count())
        .mapToObj(
            p ->
                query.predictions().token(p)
                    + " "
                    + Double.toHexString(query.predictions().confidence(p))
                    + " "
                    + Double.toHexString(query.predictions().top(p))
                    + " "
                    + Double.toHexString(query.predictions().second(p))
                    + " "
                    + Double.toHexString(query.predictions().entropy(p))
                    + " "
                    + (query.asked(p) < 0 ? "" : Double.toHexString(query.predictions().asked(p))))
        .toList();
  }
}

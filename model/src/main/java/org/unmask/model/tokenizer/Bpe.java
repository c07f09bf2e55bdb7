package org.unmask.model.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Byte-pair encoding of one piece of text: merges the adjacent pair of lowest rank, leftmost first,
 * until none is left.
 *
 * <p>O(n log n) for a piece of n characters: candidates wait in a heap of (rank, position) and are
 * checked when they come up, as in the official library, whose order of ties and of overlapping
 * merges is kept. Safe for use by several threads.
 */
final class Bpe {
  private static final int CACHE_ENTRIES = 10_000;
  private static final int CACHED_LENGTH = 64;

  /**
   * What a model's file says beside vocabulary and merges.
   *
   * @param unknown id for characters without one, or -1 to drop them
   * @param fuseUnknown gives neighbouring unknown characters one id
   * @param byteFallback writes unknown characters as {@code <0xHH>}
   * @param ignoreMerges takes pieces that are tokens whole
   * @param prefix put before every character but the first, usually empty
   * @param suffix put after the last character, usually empty
   */
  record Options(
      int unknown,
      boolean fuseUnknown,
      boolean byteFallback,
      boolean ignoreMerges,
      String prefix,
      String suffix) {}

  private final Map<String, Integer> vocabulary;
  private final MergeTable merges;
  private final Options options;
  private final ConcurrentHashMap<String, int[]> cache = new ConcurrentHashMap<>();

  Bpe(Map<String, Integer> vocabulary, MergeTable merges, Options options) {
    this.vocabulary = vocabulary;
    this.merges = merges;
    this.options = options;
  }

  /** Encodes one piece and appends its ids. */
  void encode(String piece, IntList out) {
    if (options.ignoreMerges()) {
      Integer whole = vocabulary.get(piece);
      if (whole != null) {
        out.add(whole);
        return;
      }
    }
    int[] ids = cache.get(piece);
    if (ids == null) {
      ids = merge(symbols(piece));
      if (piece.length() <= CACHED_LENGTH && cache.size() < CACHE_ENTRIES) {
        cache.put(piece, ids);
      }
    }
    out.addAll(ids);
  }

  /** The ids of a piece's characters. */
  private int[] symbols(String piece) {
    IntList ids = new IntList(piece.length());
    boolean pendingUnknown = false;
    for (int i = 0; i < piece.length(); ) {
      int end = i + Character.charCount(piece.codePointAt(i));
      String symbol = piece.substring(i, end);
      if (i > 0) {
        symbol = options.prefix() + symbol;
      }
      if (end == piece.length()) {
        symbol += options.suffix();
      }
      i = end;
      Integer id = vocabulary.get(symbol);
      if (id != null) {
        if (pendingUnknown) {
          ids.add(options.unknown());
          pendingUnknown = false;
        }
        ids.add(id);
        continue;
      }
      int[] bytes = options.byteFallback() ? byteTokens(symbol) : null;
      if (bytes != null) {
        ids.addAll(bytes); // ahead of a pending unknown, as in the official library
      } else if (options.unknown() >= 0) {
        if (pendingUnknown && !options.fuseUnknown()) {
          ids.add(options.unknown());
        }
        pendingUnknown = true;
      }
    }
    if (pendingUnknown) {
      ids.add(options.unknown());
    }
    return ids.toArray();
  }

  private int @Nullable [] byteTokens(String symbol) {
    byte[] bytes = symbol.getBytes(StandardCharsets.UTF_8);
    int[] ids = new int[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      Integer id = vocabulary.get("<0x%02X>".formatted(bytes[i] & 0xFF));
      if (id == null) {
        return null;
      }
      ids[i] = id;
    }
    return ids;
  }

  /** Merges in place; symbols form a linked list over the array, dead ones are marked. */
  private int[] merge(int[] ids) {
    int n = ids.length;
    if (n < 2) {
      return ids;
    }
    int[] previous = new int[n];
    int[] next = new int[n];
    boolean[] dead = new boolean[n];
    MergeHeap heap = new MergeHeap(n);
    for (int i = 0; i < n; i++) {
      previous[i] = i - 1;
      next[i] = i + 1 < n ? i + 1 : -1;
      if (i + 1 < n) {
        heap.push(merges.rank(ids[i], ids[i + 1]), i);
      }
    }
    int left = n;
    while (!heap.isEmpty()) {
      long candidate = heap.pop();
      int position = MergeHeap.position(candidate);
      int neighbour = next[position];
      if (dead[position] || neighbour < 0) {
        continue;
      }
      int rank = merges.rank(ids[position], ids[neighbour]);
      int result = merges.result(MergeHeap.rank(candidate));
      if (rank < 0 || merges.result(rank) != result) {
        continue; // the pair has changed since
      }
      ids[position] = result;
      dead[neighbour] = true;
      left--;
      int after = next[neighbour];
      next[position] = after;
      if (previous[position] >= 0) {
        heap.push(merges.rank(ids[previous[position]], result), previous[position]);
      }
      if (after >= 0) {
        previous[after] = position;
        heap.push(merges.rank(result, ids[after]), position);
      }
    }
    int[] out = new int[left];
    for (int i = 0, k = 0; k < left; i = next[i]) {
      out[k++] = ids[i];
    }
    return out;
  }

  /** A binary heap of (rank, position), least first. */
  private static final class MergeHeap {
    private long[] items;
    private int size;

    MergeHeap(int capacity) {
      items = new long[capacity];
    }

    static int rank(long item) {
      return (int) (item >>> 32);
    }

    static int position(long item) {
      return (int) item;
    }

    boolean isEmpty() {
      return size == 0;
    }

    /** Adds a candidate, unless its rank says that there is none. */
    void push(int rank, int position) {
      if (rank < 0) {
        return;
      }
      if (size == items.length) {
        items = Arrays.copyOf(items, 2 * size);
      }
      long item = (long) rank << 32 | position;
      int hole = size++;
      while (hole > 0 && items[(hole - 1) >> 1] > item) {
        items[hole] = items[(hole - 1) >> 1];
        hole = (hole - 1) >> 1;
      }
      items[hole] = item;
    }

    long pop() {
      long top = items[0];
      long item = items[--size];
      int hole = 0;
      for (int child = 1; child < size; child = 2 * hole + 1) {
        if (child + 1 < size && items[child + 1] < items[child]) {
          child++;
        }
        if (items[child] >= item) {
          break;
        }
        items[hole] = items[child];
        hole = child;
      }
      items[hole] = item;
      return top;
    }
  }
}

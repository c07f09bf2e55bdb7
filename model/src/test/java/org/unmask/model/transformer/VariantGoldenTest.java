package org.unmask.model.transformer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmask.model.AttentionMask;
import org.unmask.model.Denoiser;
import org.unmask.model.DraftHeads;
import org.unmask.model.KvCache;
import org.unmask.model.Query;
import org.unmask.runtime.exec.WorkerPool;
import org.unmask.runtime.kernel.Kernels;
import org.unmask.weights.Checkpoint;
import org.unmask.weights.safetensors.SafetensorsFile;
import org.unmask.weights.safetensors.Tensor;

/** Masks and logits of the any-order, grouped, Markov and draft networks; see golden/ORIGIN.md. */
class VariantGoldenTest {

  private static final int FIRST_COLUMN = 5;
  private static final int COLUMN_STEP = 29;

  private static SafetensorsFile golden(String name, Arena arena) throws IOException {
    try {
      return SafetensorsFile.open(
          Path.of(
              Objects.requireNonNull(
                      VariantGoldenTest.class.getResource(
                          "/golden/logits/" + name + ".safetensors"))
                  .toURI()),
          arena);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Tensor tensor(SafetensorsFile file, String name) {
    return Objects.requireNonNull(file.tensors().get(name), name);
  }

  private static int[] ints(SafetensorsFile file, String name) {
    Tensor tensor = tensor(file, name);
    return IntStream.range(0, (int) tensor.elements())
        .map(i -> tensor.data().getAtIndex(ValueLayout.JAVA_INT_UNALIGNED, i))
        .toArray();
  }

  private static boolean bit(Tensor mask, long i) {
    return (mask.data().get(ValueLayout.JAVA_BYTE, i >> 3) >> (i & 7) & 1) == 1;
  }

  /** Builds the mask from the rule behind it. */
  private static AttentionMask.Explicit mask(
      String name, SafetensorsFile file, int i, int rows, int[] positions) {
    int[] slots = IntStream.range(0, rows).toArray();
    if (name.contains("asarm")) {
      int[] rank = ints(file, "rank_" + i);
      int[] tau = ints(file, "tau_" + i);
      int[] ranks = new int[rows];
      int[] thresholds = new int[rows];
      for (int r = 0; r < rows; r++) {
        boolean isContent = r < rank.length;
        ranks[r] = isContent ? rank[r] : Integer.MAX_VALUE;
        thresholds[r] = isContent ? rank[r] + 1 : tau[r - rank.length];
      }
      return new AttentionMask.RankOrder(ranks, thresholds, slots);
    }
    boolean isMarkov = name.contains("markov");
    int[] group = ints(file, (isMarkov ? "block_" : "group_") + i);
    int[] context = new int[rows];
    int[] own = group.clone();
    int prompt = (int) Arrays.stream(group).filter(g -> g < 0).count();
    for (int r = 0; r < rows; r++) {
      context[r] = isMarkov ? prompt : r + 1;
      own[r] = group[r] < 0 ? AttentionMask.Groups.EMPTY - 1 : group[r];
    }
    return new AttentionMask.Groups(group, context, own, slots);
  }

  @ParameterizedTest
  @ValueSource(strings = {"unmask-asarm-6m", "unmask-space-6m", "unmask-markov-6m"})
  void forward_withTheRulesMask_matchesTheTrainersLogits(String name) throws IOException {
    try (Arena arena = Arena.ofConfined();
        Checkpoint checkpoint = ShippedModels.open(name);
        WorkerPool pool = new WorkerPool(2)) {
      SafetensorsFile file = golden(name, arena);
      Denoiser denoiser = Transformer.load(checkpoint, pool).newDenoiser(Kernels.fastest(), pool);
      for (int i = 0; i < 3; i++) {
        int[] ids = ints(file, "ids_" + i);
        int[] positions = ints(file, "positions_" + i);
        int[] rows = ints(file, "rows_" + i);
        AttentionMask.Explicit mask = mask(name, file, i, ids.length, positions);
        Tensor bits = tensor(file, "mask_" + i);
        for (int r = 0; r < ids.length; r++) {
          for (int s = 0; s < ids.length; s++) {
            assertThat(mask.sees(r, s))
                .as("row %d sees %d in %s_%d", r, s, name, i)
                .isEqualTo(bit(bits, (long) r * ids.length + s));
          }
        }
        Query query =
            new Query()
                .rows(ids, positions, IntStream.range(0, ids.length).toArray(), ids.length)
                .mask(mask)
                .predict(rows, rows.length)
                .unshifted(true)
                .wantLogits(true);
        denoiser.forward(List.of(query));
        compare(file, "logits_" + i, query.predictions().logits());
      }
    }
  }

  private static void compare(SafetensorsFile file, String name, float[] logits) {
    float[] expected = tensor(file, name).toFloats();
    int[] argMax = ints(file, name.replace("logits", "argmax"));
    int columns = expected.length / argMax.length;
    int vocab = 2048;
    float worst = 0;
    for (int r = 0; r < argMax.length; r++) {
      int best = 0;
      for (int v = 0; v < vocab; v++) {
        best = logits[r * vocab + v] > logits[r * vocab + best] ? v : best;
      }
      for (int c = 0; c < columns; c++) {
        float actual = logits[r * vocab + FIRST_COLUMN + c * COLUMN_STEP];
        worst = Math.max(worst, Math.abs(actual - expected[r * columns + c]));
      }
      assertThat(best).as("arg-max of row %d of %s", r, name).isEqualTo(argMax[r]);
    }
    assertThat(worst).as("largest difference of %s", name).isLessThan(2e-4f);
  }

  @Test
  void draftHeads_matchTheTrainersLogits() throws IOException {
    try (Arena arena = Arena.ofConfined();
        Checkpoint checkpoint = ShippedModels.open("unmask-qwen-ar-6m");
        Checkpoint headsCheckpoint = ShippedModels.open("unmask-chimera-heads");
        WorkerPool pool = new WorkerPool(2)) {
      SafetensorsFile file = golden("unmask-chimera-heads", arena);
      Transformer model = Transformer.load(checkpoint, pool);
      Denoiser denoiser = model.newDenoiser(Kernels.fastest(), pool);
      DraftHeads heads = model.newDraftHeads(headsCheckpoint, Kernels.fastest(), pool);
      for (int i = 0; i < 3; i++) {
        int[] ids = ints(file, "ids_" + i);
        int[] all = IntStream.range(0, ids.length).toArray();
        Query query =
            new Query()
                .rows(ids, 0, ids.length)
                .predict(all, ids.length)
                .unshifted(true)
                .wantHidden(true);
        denoiser.forward(List.of(query));
        int d = heads.hiddenSize();
        float[] states = query.predictions().hidden();
        float[] last = Arrays.copyOfRange(states, (ids.length - 1) * d, ids.length * d);
        float[] expectedLast = tensor(file, "last_hidden_" + i).toFloats();
        for (int k = 0; k < d; k++) {
          assertThat(Math.abs(last[k] - expectedLast[k])).isLessThan(1e-4f);
        }
        KvCache cache = heads.newCache(ids.length + 4);
        heads.remember(cache, 0, states, 0, ids.length);
        int[] newest = ints(file, "newest_ids_" + i);
        int[] text = Arrays.copyOf(ids, ids.length + newest.length);
        System.arraycopy(newest, 0, text, ids.length, newest.length);
        float[] logits = new float[heads.heads() * 2048];
        float[] blind = new float[logits.length];
        float[] one = new float[2048];
        for (int j = 0; j < heads.heads(); j++) {
          int at = ids.length + j;
          int[] place = {at};
          heads.draft(
              cache,
              j,
              Arrays.copyOfRange(text, at - 2, at + 1),
              place,
              place,
              at + 1,
              new AttentionMask.Causal(),
              last,
              one);
          System.arraycopy(one, 0, logits, j * 2048, 2048);
          heads.draftBlindly(j, last, one);
          System.arraycopy(one, 0, blind, j * 2048, 2048);
        }
        compare(file, "logits_" + i, logits);
        compare(file, "medusa_logits_" + i, blind);
      }
    }
  }
}

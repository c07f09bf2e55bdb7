package org.unmask.bench.load;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.unmask.decode.Algorithm;
import org.unmask.decode.Algorithms;
import org.unmask.decode.DecodeResources;
import org.unmask.decode.Decoder;
import org.unmask.decode.FilterModel;
import org.unmask.model.AttentionMask;
import org.unmask.model.Conditioning;
import org.unmask.model.Denoiser;
import org.unmask.model.DenoiserOutline;
import org.unmask.model.DraftHeads;
import org.unmask.model.KvCache;
import org.unmask.model.TokenCache;
import org.unmask.model.transformer.Transformer;
import org.unmask.model.transformer.TransformerConfig;
import org.unmask.weights.Checkpoint;

/**
 * Which algorithms of the catalogue run on a model. Found by asking each to start, so that it
 * follows from what the algorithms themselves refuse.
 *
 * @param alone run with the model alone
 * @param withAuxiliary need a causal model of the same vocabulary besides
 * @param withFilter need a trained filter
 * @param withDenoiser need a diffusion model of the same vocabulary besides
 * @param withHeads need draft heads
 * @param refused id to reason, for the others
 * @param total size of the catalogue
 */
public record AlgorithmsFor(
    List<String> alone,
    List<String> withAuxiliary,
    List<String> withFilter,
    List<String> withDenoiser,
    List<String> withHeads,
    Map<String, String> refused,
    int total) {

  /**
   * Asks every algorithm.
   *
   * @param checkpoint the model; its tensors are not read
   * @throws IOException if it is of an unknown kind
   */
  public static AlgorithmsFor model(Checkpoint checkpoint) throws IOException {
    TransformerConfig config = Transformer.config(checkpoint);
    int vocab = config.vocabSize();
    Denoiser model =
        new DenoiserOutline(vocab, config.maskId(), config.shift(), config.conditioning());
    Denoiser causal = new DenoiserOutline(vocab, -1, 1, Conditioning.CAUSAL);
    Denoiser denoiser = new DenoiserOutline(vocab, 0, 0, Conditioning.FULL);
    DecodeResources bare =
        DecodeResources.none().withEndTokens(0).withDelimiters(lineEnd(checkpoint));
    DecodeResources auxiliary = bare.withAuxiliary(causal);
    int width = FilterModel.WIDTH;
    FilterModel blank =
        new FilterModel(
            new float[width * width], new float[width], new float[width * width], new float[width]);
    List<String> alone = new ArrayList<>();
    List<String> withAuxiliary = new ArrayList<>();
    List<String> withFilter = new ArrayList<>();
    List<String> withDenoiser = new ArrayList<>();
    List<String> withHeads = new ArrayList<>();
    Map<String, String> refused = new TreeMap<>();
    for (Algorithm algorithm : Algorithms.all()) {
      String id = algorithm.id();
      Optional<String> refusal = Decoder.refusal(model, bare, id);
      if (refusal.isEmpty()) {
        alone.add(id);
      } else if (Decoder.refusal(model, auxiliary, id).isEmpty()) {
        withAuxiliary.add(id);
      } else if (Decoder.refusal(model, bare.withFilter(blank), id).isEmpty()) {
        withFilter.add(id);
      } else if (Decoder.refusal(model, bare.withAuxiliary(denoiser), id).isEmpty()) {
        withDenoiser.add(id);
      } else if (Decoder.refusal(model, bare.withDraftHeads(new Heads(vocab)), id).isEmpty()) {
        withHeads.add(id);
      } else {
        refused.put(id, Decoder.refusal(model, auxiliary.withFilter(blank), id).orElseThrow());
      }
    }
    return new AlgorithmsFor(
        alone,
        withAuxiliary,
        withFilter,
        withDenoiser,
        withHeads,
        refused,
        Algorithms.all().size());
  }

  private static int[] lineEnd(Checkpoint checkpoint) {
    try {
      return ModelText.open(checkpoint.folder()).lineEnd();
    } catch (IOException _) { // it has no tokenizer, so nobody knows
      return new int[0];
    }
  }

  /** Returns the algorithms that run if they are given what they need besides. */
  public List<String> assisted() {
    return Stream.of(withAuxiliary, withFilter, withDenoiser, withHeads)
        .flatMap(List::stream)
        .toList();
  }

  /** Returns it as lines: what runs, what needs something else, what does not and why. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(
        alone.size() == total
            ? "all " + total
            : "%d of %d%s"
                .formatted(alone.size(), total, alone.isEmpty() ? "" : ": " + join(alone)));
    if (!withAuxiliary.isEmpty()) {
      lines.add("with a causal model of the same vocabulary: " + join(withAuxiliary));
    }
    if (!withFilter.isEmpty()) {
      lines.add("with a trained filter: " + join(withFilter));
    }
    if (!withDenoiser.isEmpty()) {
      lines.add("with a diffusion model of the same vocabulary: " + join(withDenoiser));
    }
    if (!withHeads.isEmpty()) {
      lines.add("with draft heads: " + join(withHeads));
    }
    Map<String, List<String>> byReason = new LinkedHashMap<>();
    refused.forEach((id, why) -> byReason.computeIfAbsent(why, _ -> new ArrayList<>()).add(id));
    byReason.forEach(
        (why, ids) -> lines.add("not " + (ids.size() == total ? "any" : join(ids)) + ": " + why));
    return lines;
  }

  private static String join(List<String> ids) {
    return String.join(", ", ids);
  }

  /** Draft heads that never run. */
  private record Heads(int vocabSize) implements DraftHeads {

    @Override
    public int heads() {
      return 1;
    }

    @Override
    public int hiddenSize() {
      return 1;
    }

    @Override
    public KvCache newCache(int slots) {
      return new TokenCache(slots);
    }

    @Override
    public void remember(KvCache cache, int position, float[] states, int from, int count) {
      throw new UnsupportedOperationException("these heads have properties only");
    }

    @Override
    public void draft(
        KvCache cache,
        int head,
        int[] trigrams,
        int[] positions,
        int[] slots,
        int keys,
        AttentionMask mask,
        float[] state,
        float[] logits) {
      throw new UnsupportedOperationException("these heads have properties only");
    }

    @Override
    public void draftBlindly(int head, float[] state, float[] logits) {
      throw new UnsupportedOperationException("these heads have properties only");
    }
  }
}

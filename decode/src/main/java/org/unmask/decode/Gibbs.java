package org.unmask.decode;

import java.util.Arrays;
import java.util.List;
import org.unmask.decode.speculative.Chance;
import org.unmask.decode.speculative.GibbsKernel;
import org.unmask.model.Predictions;
import org.unmask.model.Query;

/**
 * Gibbs sampling with a masked model's conditionals (GMLM, arXiv 2407.21046): after one pass that
 * draws everything at once, blocks of positions are masked and drawn anew, over and over.
 *
 * <p>A block drawn as a product, all of it from one pass, mixes faster but settles on another law
 * where its positions depend on each other; one token at a time it is a true Gibbs kernel.
 */
final class Gibbs extends Decoding {

  private static final String BLOCK_SIZE = "gibbs-block";
  private static final String ORDER = "gibbs-order";
  private static final String JOINT = "gibbs-joint";
  private static final String SWEEPS = "sweeps";

  static final Algorithm ALGORITHM =
      Algorithm.named("gibbs", "draws everything, then blocks anew from their conditionals")
          .paper("GMLM", "2407.21046")
          .freeBlocks()
          .withDefault(CommonOptions.TEMPERATURE, 1.0)
          .with(Parameter.integer(BLOCK_SIZE, 4, 1, 4096, "positions drawn anew at a time"))
          .with(
              Parameter.choice(
                  ORDER, "random", List.of("random", "scan"), "which block comes next"))
          .with(
              Parameter.choice(
                  JOINT,
                  "product",
                  List.of("product", "sequential"),
                  "a block from one pass, or token by token"))
          .with(Parameter.integer(SWEEPS, 1, 0, 1000, "how often each position is drawn anew"))
          .with(Categorical.topP())
          .with(Categorical.topK())
          .startedBy(Gibbs::new);

  private final Query query = new Query();
  private final CategoricalWarp warp;
  private final DrawnChance places;
  private final int block;
  private final boolean isScan;
  private final boolean isSequential;
  private final int rounds;
  private int round;
  private int[] positions = {};
  private int within;

  private Gibbs(DecodeContext context) {
    super(context);
    DecodeOptions options = context.options();
    int length = options.genLength();
    warp = new CategoricalWarp(context);
    places = new DrawnChance(context, canvas.length(), DrawnChance.Use.DRAFT);
    block = Math.min(length, options.integer(BLOCK_SIZE));
    isScan = options.word(ORDER).equals("scan");
    isSequential = options.word(JOINT).equals("sequential");
    rounds = options.integer(SWEEPS) * Math.ceilDiv(length, block);
    query.wantLogits(!warp.isGreedy());
    suppressMask(query);
  }

  @Override
  boolean plan(Calls calls) {
    if (within == positions.length && !nextBlock()) {
      return false;
    }
    boolean isFirst = round == 1;
    int until = isSequential && !isFirst ? within + 1 : positions.length;
    if (!isFirst) {
      for (int i = within; i < until; i++) {
        remask(positions[i]);
      }
    }
    int[] asked = Arrays.copyOfRange(positions, within, until);
    Arrays.sort(asked);
    query.rows(canvas.tokens(), 0, canvas.length()).predict(asked, asked.length);
    call(DecodeStep.Kind.DENOISE, query, calls);
    within = until;
    return true;
  }

  private boolean nextBlock() {
    if (round > rounds) {
      return false;
    }
    int from = canvas.promptLength();
    int length = canvas.length() - from;
    if (round == 0) {
      int[] masked = new int[canvas.masks(from, canvas.length())];
      for (int p = from, i = 0; p < canvas.length(); p++) {
        if (canvas.isMasked(p)) {
          masked[i++] = p;
        }
      }
      positions = masked;
    } else {
      places.begin(accounting.steps());
      int start = (round - 1) * block;
      int[] chosen = isScan ? scan(start, length) : GibbsKernel.block(length, block, places);
      positions =
          Arrays.stream(chosen)
              .filter(i -> !context.request().given().containsKey(i))
              .map(i -> from + i)
              .toArray();
    }
    round++;
    within = 0;
    return positions.length > 0 || nextBlock();
  }

  private int[] scan(int start, int length) {
    int[] chosen = new int[block];
    Arrays.setAll(chosen, i -> (start + i) % length);
    return chosen;
  }

  @Override
  void absorb() {
    Predictions predictions = query.predictions();
    int call = accounting.steps() - 1;
    for (int i = 0; i < query.predictedCount(); i++) {
      int position = query.predictedRow(i);
      if (warp.isGreedy()) {
        commit(position, predictions.token(i), predictions.confidence(i));
      } else {
        double[] law = warp.law(predictions, i);
        double drawn = context.uniform(call, position, Noise.Purpose.TOKEN);
        int token = Chance.pick(law, drawn);
        commit(position, token, law[token]);
      }
    }
    report(DecodeStep.Kind.DENOISE, 0, 0, canvas.length());
  }
}

package org.unmask.decode;

import java.util.ArrayList;
import java.util.List;
import org.unmask.model.KvCache;
import org.unmask.model.Predictions;
import org.unmask.model.Query;

/**
 * FreeDave (arXiv 2510.00294): lossless drafts. From one call's predictions nested drafts are made,
 * each with one more token; one call runs all of them side by side and says of each what the greedy
 * step after it would be. Drafts are accepted along the chain in which each is the greedy successor
 * of the one before, so the result is that of one token per step, in fewer calls.
 *
 * <p>With a threshold the first draft is the threshold step and a draft follows another if the
 * threshold step after that contains it. As released, there are as many drafts as asked for even if
 * the first ones fill the block. The last mask of a block is filled without a call.
 */
final class FreeDave extends Decoding {

  private static final String ORDER = "order";
  private static final String DRAFT_STEPS = "draft-steps";

  static final Algorithm ALGORITHM =
      Algorithm.named("freedave", "drafts of the network itself, without loss")
          .paper("FreeDave", "2510.00294")
          .with(CommonOptions.cache(List.of("prefix", "dual")).withDefault("dual"))
          .withDefault(CommonOptions.BLOCK_LENGTH, 32)
          .with(Parameter.integer(DRAFT_STEPS, 4, 1, 1000, "drafts per call"))
          .with(
              Parameter.number(
                  BlockDiffusion.CONFIDENCE_THRESHOLD,
                  null,
                  0,
                  1,
                  "follow the threshold rule instead of one token per step"))
          .with(
              Parameter.choice(
                  ORDER,
                  "confidence",
                  List.of("confidence", "left-to-right"),
                  "which token the plain decoder takes next"))
          .check(CommonOptions::checkGreedy)
          .startedBy(FreeDave::new);

  private final int blockLength;
  private final int draftSteps;
  private final boolean isLeftToRight;
  private final Query full;
  private final DraftQuery drafted;
  private final int[] rows;
  private int block = -1;
  private int blockStart;
  private int blockEnd;
  private boolean isRefresh;
  private List<DraftQuery.Fill> next = List.of();
  private List<List<DraftQuery.Fill>> drafts = List.of();

  private FreeDave(DecodeContext context) {
    super(context);
    if (context.denoiser().shift() != 0) {
      throw new IllegalArgumentException(
          "algorithm freedave needs the prediction of a block's first row, which a model with"
              + " shifted logits does not compute in a slice; use it with a LLaDA model");
    }
    blockLength = context.options().blockLength();
    draftSteps = Math.min(context.options().integer(DRAFT_STEPS), blockLength);
    isLeftToRight = context.options().word(ORDER).equals("left-to-right");
    boolean isDual = context.options().cache().equals("dual");
    int tail = isDual ? blockLength : context.options().genLength();
    KvCache cache = context.denoiser().newCache(canvas.length() + draftSteps * tail);
    full = new Query(cache);
    drafted = new DraftQuery(canvas, cache, draftSteps, isDual);
    rows = new int[blockLength];
    blockStart = canvas.promptLength() - blockLength;
    blockEnd = canvas.promptLength();
  }

  @Override
  boolean plan(Calls calls) {
    isRefresh = canvas.masks(blockStart, blockEnd) == 0;
    if (isRefresh) {
      do {
        block++;
        blockStart = blockEnd;
        blockEnd += blockLength;
        if (blockStart >= canvas.length()) {
          return false;
        }
      } while (canvas.masks(blockStart, blockEnd) == 0);
      planRefresh(calls);
    } else {
      drafted.lay(drafts, blockStart, blockEnd);
      suppressMask(drafted.query());
      call(DecodeStep.Kind.VERIFY, drafted.query(), calls);
    }
    return true;
  }

  private void planRefresh(Calls calls) {
    int count = 0;
    for (int p = blockStart; p < blockEnd; p++) {
      if (canvas.isMasked(p)) {
        rows[count++] = p;
      }
    }
    full.rows(canvas.tokens(), 0, canvas.length()).predict(rows, count);
    suppressMask(full);
    call(DecodeStep.Kind.PREFILL, full, calls);
  }

  @Override
  void absorb() {
    detail("cache_refresh", isRefresh);
    if (isRefresh) {
      next = drafted.fills(full.predictions(), 0, List.of(), blockStart, blockEnd);
      sort(next);
    } else {
      accept();
    }
    if (next.size() == 1) {
      commitAll(next);
    } else if (!next.isEmpty()) {
      makeDrafts();
    }
    int rowCount = isRefresh ? canvas.length() : drafted.query().rowCount();
    report(
        isRefresh ? DecodeStep.Kind.PREFILL : DecodeStep.Kind.VERIFY,
        block,
        isRefresh ? 0 : blockStart,
        rowCount);
  }

  /** Orders fills as the plain decoder takes them. */
  private void sort(List<DraftQuery.Fill> fills) {
    if (!isLeftToRight) { // stable: ties by position
      fills.sort((a, b) -> Double.compare(b.confidence(), a.confidence()));
    }
  }

  /** Returns how many of the surest fills one step of the plain decoder takes. */
  private int greedy(List<DraftQuery.Fill> fills) {
    if (!context.options().has(BlockDiffusion.CONFIDENCE_THRESHOLD)) {
      return 1;
    }
    double threshold = context.options().number(BlockDiffusion.CONFIDENCE_THRESHOLD);
    return Math.max(1, (int) fills.stream().filter(f -> f.confidence() >= threshold).count());
  }

  private void makeDrafts() {
    int first = greedy(next);
    List<List<DraftQuery.Fill>> made = new ArrayList<>();
    for (int j = 0; j < Math.min(draftSteps, next.size()); j++) {
      made.add(next.subList(0, Math.min(first + j, next.size())));
    }
    drafts = made;
  }

  private void accept() {
    Predictions predictions = drafted.query().predictions();
    List<List<DraftQuery.Fill>> after = new ArrayList<>();
    int row = 0;
    for (List<DraftQuery.Fill> draft : drafts) {
      List<DraftQuery.Fill> fills = drafted.fills(predictions, row, draft, blockStart, blockEnd);
      sort(fills);
      after.add(fills);
      row += fills.size();
    }
    int best = 0;
    for (int found = best; found >= 0; ) {
      best = found;
      found = -1;
      for (int j = drafts.size() - 1; j > best && found < 0; j--) {
        found = follows(drafts.get(j), drafts.get(best), after.get(best)) ? j : -1;
      }
    }
    if (isRecorded()) {
      detail("draft_count", drafts.size());
      detail("accepted_draft", best);
      detail("drafts", drafts.stream().map(this::listed).toList());
    }
    commitAll(drafts.get(best));
    next = after.get(best);
  }

  /** Tells whether a draft is contained in the plain step made after another. */
  private boolean follows(
      List<DraftQuery.Fill> draft, List<DraftQuery.Fill> before, List<DraftQuery.Fill> after) {
    List<DraftQuery.Fill> step = after.isEmpty() ? after : after.subList(0, greedy(after));
    return draft.subList(before.size(), draft.size()).stream()
        .allMatch(
            fill ->
                step.stream()
                    .anyMatch(f -> f.position() == fill.position() && f.token() == fill.token()));
  }

  private List<List<Integer>> listed(List<DraftQuery.Fill> draft) {
    return draft.stream()
        .map(fill -> List.of(fill.position() - canvas.promptLength(), fill.token()))
        .sorted((a, b) -> Integer.compare(a.get(0), b.get(0)))
        .toList();
  }

  private void commitAll(List<DraftQuery.Fill> fills) {
    fills.forEach(fill -> commit(fill.position(), fill.token(), fill.confidence()));
  }
}

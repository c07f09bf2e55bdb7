package org.unmask.decode;

import java.util.ArrayList;
import java.util.List;
import org.unmask.decode.DraftQuery.Fill;
import org.unmask.model.KvCache;
import org.unmask.model.Predictions;
import org.unmask.model.Query;

/**
 * The frame of {@link FreeDave}: at a block's entry a full call that fills the cache and makes the
 * first drafts, then calls that run drafts side by side.
 */
final class DraftDecoding extends Decoding {

  private final int blockLength;
  private final FreeDave rule;
  private final Query full;
  private final DraftQuery drafted;
  private final int[] rows;
  private int block = -1;
  private int blockStart;
  private int blockEnd;
  private boolean isRefresh;
  private List<Fill> next = List.of();
  private List<List<Fill>> drafts = List.of();

  DraftDecoding(DecodeContext context) {
    super(context);
    if (context.denoiser().shift() != 0) {
      throw new IllegalArgumentException(
          "algorithm freedave needs the prediction of a block's first row, which a model with"
              + " shifted logits does not compute in a slice; use it with a LLaDA model");
    }
    blockLength = context.options().blockLength();
    rule = new FreeDave(context.options());
    boolean isDual = context.options().cache().equals("dual");
    int tail = isDual ? blockLength : context.options().genLength();
    KvCache cache = context.denoiser().newCache(canvas.length() + rule.draftSteps() * tail);
    full = new Query(cache);
    drafted = new DraftQuery(canvas, cache, rule.draftSteps(), isDual);
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
      rule.sort(next);
    } else {
      accept();
    }
    if (next.size() == 1) {
      commitAll(next);
    } else if (!next.isEmpty()) {
      drafts = rule.drafts(next);
    }
    int rowCount = isRefresh ? canvas.length() : drafted.query().rowCount();
    report(
        isRefresh ? DecodeStep.Kind.PREFILL : DecodeStep.Kind.VERIFY,
        block,
        isRefresh ? 0 : blockStart,
        rowCount);
  }

  private void accept() {
    Predictions predictions = drafted.query().predictions();
    List<List<Fill>> after = new ArrayList<>();
    int row = 0;
    for (List<Fill> draft : drafts) {
      List<Fill> fills = drafted.fills(predictions, row, draft, blockStart, blockEnd);
      rule.sort(fills);
      after.add(fills);
      row += fills.size();
    }
    int best = rule.accepted(drafts, after);
    if (isRecorded()) {
      detail("draft_count", drafts.size());
      detail("accepted_draft", best);
      detail("drafts", drafts.stream().map(this::listed).toList());
    }
    commitAll(drafts.get(best));
    next = after.get(best);
  }

  private List<List<Integer>> listed(List<Fill> draft) {
    return draft.stream()
        .map(fill -> List.of(fill.position() - canvas.promptLength(), fill.token()))
        .sorted((a, b) -> Integer.compare(a.get(0), b.get(0)))
        .toList();
  }

  private void commitAll(List<Fill> fills) {
    fills.forEach(fill -> commit(fill.position(), fill.token(), fill.confidence()));
  }
}

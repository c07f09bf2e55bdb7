package org.unmask.decode;

import static org.unmask.decode.DecodeStep.Kind.PREFILL;
import static org.unmask.decode.DecodeStep.Kind.VERIFY;

import java.util.Arrays;
import org.unmask.decode.speculative.AcceptanceRule;
import org.unmask.decode.speculative.Commit;
import org.unmask.decode.speculative.Draft;
import org.unmask.decode.speculative.Drafter;
import org.unmask.decode.speculative.ForwardCalls;
import org.unmask.decode.speculative.SampleMatch;
import org.unmask.decode.speculative.Scores;
import org.unmask.decode.speculative.Text;
import org.unmask.decode.speculative.Verifier;
import org.unmask.model.Query;

/**
 * Draft, verify, commit, until an end token or the generation length.
 *
 * <p>A round is the drafter's forward calls, if it needs any, and one pass of the verifier. The
 * response is cut off behind its last token.
 */
final class SpeculativeDecoding extends Decoding {

  private final Drafter drafter;
  private final Verifier verifier;
  private final AcceptanceRule rule;
  private final DrawnChance chance;
  private final DrawnChance draftChance;
  private final boolean isLeftToRight;
  private Text text;
  private Draft draft = Draft.NONE;
  private boolean isDrafting;
  private boolean isDraftPassOpen;
  private int draftPassRows;
  private boolean isEnded;
  private int auxiliaryBefore;
  private Query verified = new Query();

  SpeculativeDecoding(
      DecodeContext context, Drafter drafter, Verifier verifier, AcceptanceRule rule) {
    super(context);
    this.drafter = drafter;
    this.verifier = verifier;
    this.rule = rule;
    isLeftToRight = canvas.maskId() < 0 || context.options().algorithm().network().isCausal();
    if (isLeftToRight && !context.request().given().isEmpty()) {
      throw new IllegalArgumentException(
          "algorithm "
              + context.options().algorithm().id()
              + " writes left to right and cannot use tokens given in the response; use assd");
    }
    chance = new DrawnChance(context, canvas.length(), DrawnChance.Use.COMMIT);
    draftChance =
        new DrawnChance(
            context,
            canvas.length(),
            rule instanceof SampleMatch ? DrawnChance.Use.COUPLED_DRAFT : DrawnChance.Use.DRAFT);
    text = text(canvas.promptLength());
  }

  private Text text(int from) {
    int length = from;
    while (length < canvas.length() && !canvas.isMasked(length)) {
      length++;
    }
    return new Text(canvas.tokens(), canvas.promptLength(), length, canvas.length());
  }

  @Override
  boolean plan(Calls calls) {
    while (!isEnded && text.length() < canvas.length()) {
      int most = canvas.length() - text.length() - (isLeftToRight ? 1 : 0);
      draftChance.begin(accounting.steps());
      isDrafting = drafter.plan(text, most, new Adder(calls));
      if (isDrafting) {
        return true;
      }
      draft = drafter.propose(text, most, draftChance);
      Query pass = verifier.plan(text, draft);
      if (pass != null) {
        reportDraftPass();
        call(accounting.steps() == 0 ? PREFILL : VERIFY, pass, calls);
        verified = pass;
        return true;
      }
      settle();
      reportDraftPass();
    }
    reportDraftPass();
    canvas.truncate(text.length());
    return false;
  }

  @Override
  void absorb() {
    if (isDrafting) {
      drafter.absorb(text, draftChance);
    } else {
      settle();
      report(
          accounting.steps() == 1 ? PREFILL : VERIFY, 0, verified.position(0), verified.rowCount());
    }
  }

  /** Reports a draft pass of the network itself, with what it settled if no other pass followed. */
  private void reportDraftPass() {
    if (isDraftPassOpen) {
      isDraftPassOpen = false;
      report(DecodeStep.Kind.DENOISE, 0, verified.position(0), draftPassRows);
    }
  }

  private void settle() {
    Scores scores = verifier.scores();
    chance.begin(accounting.steps());
    Commit commit = rule.accept(draft, scores, chance);
    accounting.draft(draft.size(), commit.path().length, drafter.passes());
    int before = -1;
    for (int node : commit.path()) {
      place(draft.positions()[node], draft.tokens()[node], scores, before);
      before = node;
    }
    if (commit.extra() >= 0) {
      place(scores.position(before), commit.extra(), scores, before);
    }
    verifier.keep(text, draft, commit);
    text = text(text.length());
    drafter.observe(text, draft, commit);
    record(commit);
  }

  /** Commits a token, unless the text has ended before it. */
  private void place(int position, int token, Scores scores, int before) {
    if (!isEnded) {
      commit(position, token, scores.confidence(before, token));
      isEnded = context.isEnd(token);
    }
  }

  private void record(Commit commit) {
    if (isRecorded()) {
      detail("drafted", Arrays.stream(draft.tokens()).boxed().toList());
      if (!draft.isChain()) {
        detail("parents", Arrays.stream(draft.parents()).boxed().toList());
      }
      detail("accepted", commit.path().length);
      detail("auxiliary_nfe", accounting.auxiliaryCalls() - auxiliaryBefore);
    }
    auxiliaryBefore = accounting.auxiliaryCalls();
  }

  /** Counts a drafter's calls where they belong. */
  private final class Adder implements ForwardCalls {
    private final Calls calls;

    private Adder(Calls calls) {
      this.calls = calls;
    }

    @Override
    public void main(Query query) {
      reportDraftPass();
      call(DecodeStep.Kind.DENOISE, query, calls);
      isDraftPassOpen = true;
      verified = query;
      draftPassRows = query.rowCount();
    }

    @Override
    public void reduced(Query query) {
      accounting.auxiliary(query);
      calls.main(query);
    }

    @Override
    public void auxiliary(Query query) {
      accounting.auxiliary(query);
      calls.auxiliary(query);
    }
  }
}

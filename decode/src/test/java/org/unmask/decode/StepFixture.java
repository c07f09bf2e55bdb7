package org.unmask.decode;

import java.util.Map;
import org.unmask.model.Predictions;

/** A step whose candidates, after a prompt of one token, have given probabilities. */
final class StepFixture {

  private static final Recording NOTHING =
      new Recording() {
        @Override
        public boolean isRecorded() {
          return false;
        }

        @Override
        public void detail(String name, Object value) {}
      };

  private final Step step;

  StepFixture(double... confidences) {
    DecodeOptions options =
        DecodeOptions.of("llada-low-confidence", Map.of("gen-length", confidences.length));
    DecodeRequest request = new DecodeRequest(new int[] {0}, options);
    ScriptedDenoiser denoiser = ScriptedDenoiser.random(1, 10, 0, 1);
    DecodeContext context =
        new DecodeContext(denoiser, DecodeResources.none(), request, Watch.NOTHING);
    Predictions predictions = new Predictions();
    predictions.reset(confidences.length, 0);
    step = new Step(new Canvas(new int[] {0}, confidences.length, 9), context, NOTHING);
    step.blockStart = 1;
    step.blockEnd = 1 + confidences.length;
    step.stepsPerBlock = confidences.length;
    step.clear();
    for (int i = 0; i < confidences.length; i++) {
      step.addRow(1 + i);
      double second = (1 - confidences[i]) / 2;
      predictions.set(i, i % 9, confidences[i], confidences[i], second, 1 - confidences[i]);
    }
    step.propose(predictions, Score.CONFIDENCE);
  }

  Step step() {
    return step;
  }
}

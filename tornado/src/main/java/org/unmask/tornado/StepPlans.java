package org.unmask.tornado;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.unmask.gpu.Step;
import org.unmask.model.transformer.TransformerConfig;
import org.unmask.runtime.nn.RotaryTable;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** The plans of the shapes that were run: recorded when a shape is new, run from then on. */
final class StepPlans {

  private static final int MOST = 32;

  /** What two steps must share to share a plan. */
  private record Key(Step step, Step.Shape shape, boolean isPlain, int meansWidth, int masks) {}

  private final TransformerConfig config;
  private final Resident resident;
  private final RotaryTable rotary;
  private final LinkedHashMap<Key, StepPlan> plans = new LinkedHashMap<>(16, 0.75f, true);
  private FloatArray angles = new FloatArray(1);
  private int positions;
  private @Nullable Recording recording;
  private @Nullable StepPlan current;
  private double millis;

  StepPlans(TransformerConfig config, Resident resident) {
    this.config = config;
    this.resident = resident;
    rotary = new RotaryTable(config.rotaryFrequencies());
  }

  /** Returns what is being recorded. */
  Recording recording() {
    return Objects.requireNonNull(recording, "operations belong inside run");
  }

  /** Returns the plan of the last step. */
  StepPlan current() {
    return Objects.requireNonNull(current, "no step was run");
  }

  /** Returns how long the last step took, dispatch included. */
  double lastMillis() {
    return millis;
  }

  /** Runs a step, recording its operations if its shape is new. */
  void run(Step step, Runnable body) {
    ensureAngles(step.highestPosition() + 1);
    int masks = step.maskCount() == 0 ? 0 : Integer.highestOneBit(step.maskCount()) << 1;
    Key key = new Key(step, step.shape(), step.isPlain(), step.meansWidth(), masks);
    StepPlan plan = plans.get(key);
    if (plan == null) {
      makeRoom();
      recording = new Recording(step, masks, angles, config.numHeads());
      body.run();
      plan = new StepPlan(resident, recording);
      recording = null;
      plans.put(key, plan);
    }
    current = plan;
    long start = System.nanoTime();
    plan.run(step);
    millis = (System.nanoTime() - start) / 1e6;
  }

  private void makeRoom() {
    if (plans.size() >= MOST) {
      Iterator<StepPlan> oldest = plans.values().iterator();
      oldest.next().close();
      oldest.remove();
    }
  }

  private void ensureAngles(int count) {
    if (count <= positions) {
      return;
    }
    clear(); // plans hold the old array
    rotary.ensure(count);
    float[] cosines = rotary.cos();
    float[] sines = rotary.sin();
    positions = cosines.length / rotary.half();
    angles = new FloatArray(2 * cosines.length);
    MemorySegment to = angles.getSegment();
    MemorySegment.copy(cosines, 0, to, JAVA_FLOAT, 0, cosines.length);
    MemorySegment.copy(sines, 0, to, JAVA_FLOAT, 4L * cosines.length, sines.length);
  }

  /** Drops all plans and frees what they hold. */
  void clear() {
    plans.values().forEach(StepPlan::close);
    plans.clear();
    current = null;
  }
}

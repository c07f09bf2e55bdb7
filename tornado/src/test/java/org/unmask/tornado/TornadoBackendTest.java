package org.unmask.tornado;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.unmask.model.device.DeviceException;
import org.unmask.model.device.DeviceInfo;
import org.unmask.model.device.Precision;
import org.unmask.model.transformer.StoredWeights;
import org.unmask.model.transformer.TransformerConfig;
import org.unmask.weights.Checkpoint;

/** What needs no device: refusals, and the pool of slots. */
class TornadoBackendTest {

  private static TransformerConfig config() throws IOException {
    Path weights = Path.of("").toAbsolutePath().resolveSibling("weights");
    try (Checkpoint checkpoint = Checkpoint.open(weights.resolve("unmask-qwen-ar-3m"))) {
      return StoredWeights.of(checkpoint).config();
    }
  }

  @Test
  void devices_withoutTheArgfile_saysHowToStart() {
    DeviceInfo only = new TornadoBackend().devices().getFirst();
    if (System.getProperty("tornado.load.runtime.implementation") == null) {
      assertThat(only.isUsable()).isFalse();
      assertThat(only.detail()).contains("TORNADOVM_HOME");
    } else {
      assertThat(only.isUsable()).isTrue();
    }
  }

  @Test
  void check_otherPrecision_namesTheRemedy() throws IOException {
    TransformerConfig config = config();
    assertThatThrownBy(() -> TornadoBackend.check(config, Precision.BF16))
        .hasMessage("device tornado computes in f32, not bf16; use --precision f32");
    TornadoBackend.check(config, Precision.F32);
  }

  @Test
  void pool_slots_givenBackAndJoined() throws IOException {
    TransformerConfig config = config();
    SlotPool pool = new SlotPool(config, 8);
    int each = pool.array().getSize() / 8;
    int first = pool.take(3 * each);
    int second = pool.take(3 * each);
    assertThat(first).isZero();
    assertThat(second).isEqualTo(3 * each);
    assertThatThrownBy(() -> pool.take(3 * each))
        .isInstanceOf(DeviceException.class)
        .hasMessageContaining("need 3 slots, and 2 of 8 are free");
    pool.give(first, 3 * each);
    assertThat(pool.take(each)).isZero();
    pool.give(0, each);
    pool.give(second, 3 * each);
    assertThat(pool.take(8 * each)).isZero();
  }
}

package org.unmask.weights.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TensorTest {

  /** One element at an odd address, since files align nothing. */
  private static Tensor unaligned(Dtype dtype, long bits) {
    int bytes = dtype.bits() / 8;
    byte[] data = new byte[9];
    ByteBuffer buffer = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(bits);
    System.arraycopy(buffer.array(), 0, data, 1, bytes);
    return new Tensor(
        "t", dtype, new long[] {1}, MemorySegment.ofArray(data).asSlice(1, bytes).asReadOnly());
  }

  private static float convert(Dtype dtype, long bits) {
    return unaligned(dtype, bits).toFloats()[0];
  }

  @Test
  void toFloats_everyHalf_isExact() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      assertThat(Float.floatToRawIntBits(convert(Dtype.F16, bits)))
          .isEqualTo(Float.floatToRawIntBits(Float.float16ToFloat((short) bits)));
      assertThat(Float.floatToRawIntBits(convert(Dtype.BF16, bits))).isEqualTo(bits << 16);
    }
  }

  @Test
  void toFloats_otherTypes() {
    assertThat(convert(Dtype.BOOL, 1)).isEqualTo(1f);
    assertThat(convert(Dtype.U8, 255)).isEqualTo(255f);
    assertThat(convert(Dtype.I8, 255)).isEqualTo(-1f);
    assertThat(convert(Dtype.U16, 0xFFFF)).isEqualTo(65535f);
    assertThat(convert(Dtype.I16, 0xFFFF)).isEqualTo(-1f);
    assertThat(convert(Dtype.U32, 0xFFFF_FFFFL)).isEqualTo(4294967296f);
    assertThat(convert(Dtype.I32, 0xFFFF_FFFFL)).isEqualTo(-1f);
    assertThat(convert(Dtype.I64, -1)).isEqualTo(-1f);
    assertThat(convert(Dtype.U64, -1)).isEqualTo(0x1p64f);
    assertThat(convert(Dtype.U64, (1L << 63) + (1L << 39) + 1)).isEqualTo(0x1.000002p63f);
    assertThat(convert(Dtype.F32, Float.floatToRawIntBits(-0f))).isEqualTo(-0f);
    assertThat(convert(Dtype.F64, Double.doubleToRawLongBits(0.1))).isEqualTo(0.1f);
  }

  @ParameterizedTest
  @EnumSource
  void toFloats_coversExactlyTheConvertibleTypes(Dtype dtype) {
    MemorySegment bytes = MemorySegment.ofArray(new byte[dtype.bits()]);
    Tensor tensor = new Tensor("t", dtype, new long[] {2, 4}, bytes);
    if (dtype.convertsToFloat()) {
      // code 0 of E8M0 is a power of two, all other types have a zero there
      float zero = dtype == Dtype.F8_E8M0 ? 0x1p-127f : 0f;
      assertThat(tensor.toFloats()).hasSize(8).containsOnly(zero);
    } else {
      assertThatThrownBy(tensor::toFloats)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(dtype + " has no float conversion");
    }
  }

  @Test
  void rowsToFloats_returnsTheRows() {
    Tensor tensor = Tensor.of("m", new float[] {0, 1, 2, 3, 4, 5}, 3, 1, 2);
    assertThat(tensor.rowsToFloats(1, 2)).containsExactly(2, 3, 4, 5);
    assertThat(tensor.rowsToFloats(3, 0)).isEmpty();
    assertThatThrownBy(() -> tensor.rowsToFloats(2, 2))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage("tensor 'm' has 3 rows, asked for 2 from row 2");
    assertThatThrownBy(() -> tensor.rowsToFloats(0, -1))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> tensor.toFloats(5, new float[2], 0, 2))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> Tensor.of("s", new float[1]).rowsToFloats(0, 1))
        .hasMessageContaining("scalar");
  }

  @Test
  void constructor_wrongSize_isRefused() {
    assertThatThrownBy(() -> Tensor.of("t", new float[3], 2, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("tensor 't': F32 [2, 2] takes 16 bytes, was given 12");
    assertThatThrownBy(() -> Tensor.of("t", new float[1], -1, -1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void shape_isACopy() {
    Tensor tensor = Tensor.of("t", new long[] {7, 8}, 2);
    tensor.shape()[0] = 9;
    assertThat(tensor.hasShape(2)).isTrue();
    assertThat(tensor.hasShape(2, 1)).isFalse();
    assertThat(tensor).hasToString("'t' I64 [2]");
  }

  @Test
  void write_thenOpen_returnsTheTensors(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("logits.safetensors");
    Files.writeString(file, "an old file");
    SafetensorsWriter.write(
        file,
        List.of(
            Tensor.of("logits", new float[] {1, Float.NaN, -0f, 4}, 2, 2),
            Tensor.of("ids", new long[] {-5}, 1)),
        Map.of());
    var read = SafetensorsFile.open(file, Arena.ofAuto()).tensors();
    assertThat(read.get("logits").hasShape(2, 2)).isTrue();
    assertThat(read.get("logits").toFloats()).containsExactly(1, Float.NaN, -0f, 4);
    assertThat(read.get("ids").toFloats()).containsExactly(-5);
  }

  @Test
  void write_sameNameTwice_isRefused(@TempDir Path folder) {
    var twice = List.of(Tensor.of("a", new float[1]), Tensor.of("a", new long[1]));
    assertThatThrownBy(() -> SafetensorsWriter.write(folder.resolve("f"), twice, Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'a' is taken");
    assertThat(folder).isEmptyDirectory();
  }
}

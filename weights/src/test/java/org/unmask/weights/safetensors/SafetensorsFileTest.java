package org.unmask.weights.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsFileTest {
  @TempDir private Path folder;

  private SafetensorsFile open(String header, int dataBytes) throws IOException {
    return SafetensorsFile.open(TestFiles.write(folder, header, dataBytes), Arena.ofAuto());
  }

  private SafetensorsFormatException refusal(String header, int dataBytes) {
    return catchThrowableOfType(SafetensorsFormatException.class, () -> open(header, dataBytes));
  }

  private static Stream<Arguments> validFiles() {
    return Stream.of(
        arguments("{}", 0),
        arguments("\t\n {\"a\":[\"U8\",[1],[0,1]]} \r\n", 1),
        arguments("{\"__metadata__\":null}", 0),
        arguments("{\"__metadata__\":{\"k\":\"v\",\"k\":\"w\"}}", 0),
        arguments("{\"\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[0,1]}}", 1),
        arguments("{\"a\":[\"F32\",[2],[0,8]]}", 8),
        arguments("{\"a\":{\"x\":[{}],\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[0,1]}}", 1),
        arguments("{\"a\":[\"U8\",[0],[0,0]],\"b\":[\"U8\",[0,9],[0,0]]}", 0),
        arguments("{\"b\":[\"U8\",[2],[3,5]],\"a\":[\"U8\",[3],[0,3]]}", 5),
        arguments("{\"a\":[\"F4\",[2],[0,1]],\"b\":[\"F6_E3M2\",[4],[1,4]]}", 4),
        arguments("{\"a\":[\"U8\",[1],[0,1]],\"b\":[\"F64\",[1],[1,9]]}", 9),
        arguments("{\"a\":[\"U8\",[0,4294967296,4294967296],[0,0]]}", 0));
  }

  @ParameterizedTest
  @MethodSource("validFiles")
  void open_valid(String header, int dataBytes) throws IOException {
    assertThat(open(header, dataBytes).tensors().values())
        .allSatisfy(
            t -> assertThat(t.data().byteSize() * 8).isEqualTo(t.elements() * t.dtype().bits()));
  }

  private static Stream<Arguments> invalidFiles() {
    return Stream.of(
        arguments("[]", 0, "must be a JSON object"),
        arguments("", 0, "must be a JSON object"),
        arguments("{", 0, "not valid JSON"),
        arguments("{}{}", 0, "follows the header"),
        arguments("{\"a\":null}", 0, "entry must be an object"),
        arguments("{\"a\":{}}", 0, "missing field dtype"),
        arguments("{\"a\":{\"dtype\":\"U8\"}}", 0, "missing field shape"),
        arguments("{\"a\":{\"dtype\":\"U8\",\"shape\":[]}}", 0, "missing field data_offsets"),
        arguments("{\"a\":{\"dtype\":\"U8\",\"dtype\":\"U8\"}}", 0, "duplicate field dtype"),
        arguments("{\"a\":{\"shape\":[],\"shape\":[]}}", 0, "duplicate field shape"),
        arguments("{\"a\":[\"F31\",[1],[0,1]]}", 1, "unknown dtype 'F31'; known are [BOOL,"),
        arguments("{\"a\":[\"u8\",[1],[0,1]]}", 1, "unknown dtype 'u8'"),
        arguments("{\"a\":[\"U8\",[-1],[0,1]]}", 1, "shape must hold integers from 0"),
        arguments("{\"a\":[\"U8\",[1.0],[0,1]]}", 1, "shape must hold integers from 0"),
        arguments("{\"a\":[\"U8\",[-0],[0,0]]}", 0, "shape must hold integers from 0"),
        arguments("{\"a\":[\"U8\",[9223372036854775808,0],[0,0]]}", 0, "integers from 0 to 2^63-1"),
        arguments("{\"a\":[\"U8\",[1],[0,1,2]]}", 1, "two elements, has 3"),
        arguments("{\"a\":[\"U8\",[1],[0,1],0]}", 1, "three elements"),
        arguments("{\"a\":[\"U8\",[1],[1,2]]}", 2, "invalid offset"),
        arguments("{\"a\":[\"U8\",[1],[1,0]]}", 2, "invalid offset"),
        arguments("{\"a\":[\"U8\",[1],[0,1]],\"b\":[\"U8\",[1],[2,3]]}", 3, "invalid offset"),
        arguments("{\"a\":[\"U8\",[2],[0,2]],\"b\":[\"U8\",[1],[1,2]]}", 2, "invalid offset"),
        arguments("{\"a\":[\"U8\",[2],[0,2]],\"b\":[\"U8\",[2],[0,2]]}", 2, "invalid offset"),
        arguments("{\"a\":[\"F32\",[1],[0,3]]}", 3, "F32 [1] takes 4 bytes"),
        arguments("{\"a\":[\"F4\",[3],[0,1]]}", 1, "no whole number of bytes"),
        arguments("{\"a\":[\"U8\",[4294967296,4294967296],[0,0]]}", 0, "no whole number of bytes"),
        arguments("{\"a\":[\"U8\",[2305843009213693952],[0,0]]}", 0, "no whole number of bytes"),
        arguments("{\"a\":[\"U8\",[1],[0,1]]}", 0, "not fully covered"),
        arguments("{\"a\":[\"U8\",[1],[0,1]]}", 2, "not fully covered"),
        arguments("{}", 1, "not fully covered"),
        arguments("{\"__metadata__\":[]}", 0, "object of strings"),
        arguments("{\"__metadata__\":{\"k\":1}}", 0, "'k' must be a string"),
        arguments("{\"__metadata__\":{},\"__metadata__\":{}}", 0, "duplicate field __metadata__"),
        arguments(
            "{\"a\":[\"U8\",[0],[0,0]],\"\\u0061\":[\"U8\",[0],[0,0]]}",
            0,
            "lists this name twice"),
        arguments("{\"\\ud800\":[\"U8\",[0],[0,0]]}", 0, "surrogate pair"));
  }

  @ParameterizedTest
  @MethodSource("invalidFiles")
  void open_invalid(String header, int dataBytes, String message) {
    var error = refusal(header, dataBytes);
    assertThat(error).hasMessageContaining(message);
    assertThat(error.getMessage()).startsWith(folder.toString()).doesNotContain("\n");
    assertThat(error.file()).isEqualTo(folder.resolve("t.safetensors"));
  }

  @Test
  void open_invalid_namesTensorAndOffset() {
    String header = "{\"first\":[\"U8\",[1],[0,1]], \"second\":[\"U8\",[7],[1,2]]}";
    var error = refusal(header, 2);
    assertThat(error.tensor()).contains("second");
    assertThat(error.offset()).isEqualTo(8 + header.indexOf("\"second\""));
    assertThat(error).hasMessageContaining("tensor 'second'").hasMessageContaining("at byte");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\u0000", "{}\u0000", "\uFEFF{}", "\f{}", "{\"a\u0001\":null}"})
  void open_strayCharacter_isRefused(String header) {
    assertThat(refusal(header, 0)).isNotNull();
  }

  @Test
  void open_notUtf8_isRefused() throws IOException {
    byte[] surrogate = {'{', '"', (byte) 0xED, (byte) 0xA0, (byte) 0x80, '"', ':', '}'};
    Path file = Files.write(folder.resolve("t.safetensors"), TestFiles.bytes(surrogate, 0));
    assertThatThrownBy(() -> SafetensorsFile.open(file, Arena.ofAuto()))
        .isInstanceOf(SafetensorsFormatException.class)
        .hasMessageContaining("not valid UTF-8");
  }

  @ParameterizedTest
  @CsvSource({
    "100000001, header too large",
    "-1, header too large: 18446744073709551615",
    "-9223372036854775808, header too large",
    "3, invalid header length",
  })
  void open_wrongHeaderLength_isRefused(long length, String message) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(10).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
    bytes.put("{}".getBytes(StandardCharsets.US_ASCII));
    Path file = Files.write(folder.resolve("t.safetensors"), bytes.array());
    assertThatThrownBy(() -> SafetensorsFile.open(file, Arena.ofAuto()))
        .isInstanceOf(SafetensorsFormatException.class)
        .hasMessageContaining(message);
  }

  @Test
  void open_shortOrMissingFile_isRefused() throws IOException {
    Path file = Files.write(folder.resolve("short"), new byte[7]);
    assertThatThrownBy(() -> SafetensorsFile.open(file, Arena.ofAuto()))
        .isInstanceOf(SafetensorsFormatException.class)
        .hasMessageContaining("header too small: the file has 7 bytes");
    assertThatThrownBy(() -> SafetensorsFile.open(folder.resolve("none"), Arena.ofAuto()))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void open_nesting_endsWhereTheOfficialLibraryEnds() throws IOException {
    String entry = "{\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0],\"x\":%s}}";
    String deepest = "[".repeat(125) + "]".repeat(125);
    assertThat(open(entry.formatted(deepest), 0).tensors()).hasSize(1);
    assertThat(refusal(entry.formatted("[" + deepest + "]"), 0)).hasMessageContaining("JSON");
    assertThat(refusal(entry.formatted("[".repeat(3_000_000)), 0)).hasMessageContaining("JSON");
  }

  @Test
  void open_hostileName_givesOneShortLine() {
    String name = "x\\n\\u2028\\u0007" + "y".repeat(5_000_000);
    var error = refusal("{\"" + name + "\":3}", 0);
    assertThat(error.getMessage().lines()).hasSize(1);
    assertThat(error.getMessage()).hasSizeLessThan(500).contains("'x\\u000a\\u2028\\u0007yy");
  }

  @Test
  void tensors_ofFile_areReadOnlyViewsInDataOrder() throws IOException {
    var file = open("{\"b\":[\"U8\",[2],[1,3]],\"a\":[\"U8\",[1],[0,1]]}", 3);
    assertThat(file.tensors().keySet()).containsExactly("a", "b");
    assertThat(file.tensors().get("b").data().isReadOnly()).isTrue();
    assertThat(file.byteSize()).isEqualTo(Files.size(file.path()));
    assertThat(file.metadata()).isEmpty();
  }

  @Test
  void open_beyondTwoGigabytes_readsTheLastElement() throws IOException {
    long elements = (5L << 30) / 2 + 1;
    String header =
        "{\"big\":{\"dtype\":\"BF16\",\"shape\":[%d],\"data_offsets\":[0,%d]}}"
            .formatted(elements, 2 * elements);
    byte[] prefix = TestFiles.bytes(header.getBytes(StandardCharsets.UTF_8), 0);
    Path path = folder.resolve("sparse.safetensors");
    try (FileChannel channel =
        FileChannel.open(
            path,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE,
            StandardOpenOption.SPARSE)) {
      channel.write(ByteBuffer.wrap(prefix));
      channel.write(ByteBuffer.wrap(new byte[] {0, 0x40}), prefix.length + 2 * (elements - 1));
    }
    try (Arena arena = Arena.ofConfined()) {
      Tensor big = SafetensorsFile.open(path, arena).tensors().get("big");
      assertThat(big.data().get(ValueLayout.JAVA_BYTE, 2 * elements - 1)).isEqualTo((byte) 0x40);
      float[] tail = new float[2];
      big.toFloats(elements - 2, tail, 0, 2);
      assertThat(tail).containsExactly(0f, 2f);
      assertThatThrownBy(big::toFloats)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("convert it by rows");
    }
  }
}

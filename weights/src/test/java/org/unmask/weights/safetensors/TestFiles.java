package org.unmask.weights.safetensors;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Builds safetensors files out of header text. */
final class TestFiles {
  private TestFiles() {}

  static byte[] bytes(byte[] header, int dataBytes) {
    return ByteBuffer.allocate(8 + header.length + dataBytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(header.length)
        .put(header)
        .array();
  }

  static Path write(Path folder, String header, int dataBytes) throws IOException {
    return Files.write(
        folder.resolve("t.safetensors"), bytes(header.getBytes(StandardCharsets.UTF_8), dataBytes));
  }
}

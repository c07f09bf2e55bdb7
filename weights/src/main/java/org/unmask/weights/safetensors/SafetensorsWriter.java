package org.unmask.weights.safetensors;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;

/**
 * Writes safetensors files, byte for byte as the official library does: tensors by descending type
 * and then name, the header padded with spaces to a multiple of eight bytes.
 */
public final class SafetensorsWriter {
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(JsonWriteFeature.ESCAPE_FORWARD_SLASHES)
          .disable(JsonWriteFeature.WRITE_HEX_UPPER_CASE)
          .build();
  private static final Comparator<Tensor> ORDER =
      Comparator.comparing(Tensor::dtype)
          .reversed()
          .thenComparing(
              tensor -> tensor.name().getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned);
  private static final long CHUNK_BYTES = 1L << 26;

  private SafetensorsWriter() {}

  /**
   * Writes tensors to a file. The file appears under its name only when it is complete.
   *
   * @param file where to write; replaced if it exists
   * @param tensors in any order, of distinct names
   * @param metadata text entries of the header, may be empty; written in key order
   * @throws IllegalArgumentException if two tensors share a name or one is named {@code
   *     __metadata__}
   * @throws IOException if the file cannot be written
   */
  public static void write(Path file, Collection<Tensor> tensors, Map<String, String> metadata)
      throws IOException {
    List<Tensor> sorted = new ArrayList<>(tensors);
    sorted.sort(ORDER);
    requireNames(sorted);
    Path part = file.resolveSibling(file.getFileName() + ".part");
    try {
      try (FileChannel channel =
          FileChannel.open(
              part,
              StandardOpenOption.WRITE,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING)) {
        byte[] header = header(sorted, metadata);
        ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        writeFully(channel, length.putLong(header.length).flip());
        writeFully(channel, ByteBuffer.wrap(header));
        for (Tensor tensor : sorted) {
          writeFully(channel, tensor.data());
        }
      }
      Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  private static void requireNames(List<Tensor> tensors) {
    Set<String> names = new HashSet<>();
    for (Tensor tensor : tensors) {
      if (!names.add(tensor.name()) || tensor.name().equals("__metadata__")) {
        throw new IllegalArgumentException(
            "tensor name " + Names.quote(tensor.name()) + " is taken; choose another");
      }
    }
  }

  private static byte[] header(List<Tensor> tensors, Map<String, String> metadata) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), out)) {
      json.writeStartObject();
      if (!metadata.isEmpty()) {
        json.writeName("__metadata__");
        json.writeStartObject();
        new TreeMap<>(metadata).forEach(json::writeStringProperty);
        json.writeEndObject();
      }
      long offset = 0;
      for (Tensor tensor : tensors) {
        json.writeName(tensor.name());
        json.writeStartObject();
        json.writeStringProperty("dtype", tensor.dtype().name());
        json.writeName("shape");
        long[] shape = tensor.shape();
        json.writeArray(shape, 0, shape.length);
        json.writeName("data_offsets");
        long end = offset + tensor.data().byteSize();
        json.writeArray(new long[] {offset, end}, 0, 2);
        offset = end;
        json.writeEndObject();
      }
      json.writeEndObject();
    }
    byte[] bytes = out.toByteArray();
    byte[] padded = Arrays.copyOf(bytes, (bytes.length + 7) / 8 * 8);
    Arrays.fill(padded, bytes.length, padded.length, (byte) ' ');
    return padded;
  }

  private static void writeFully(FileChannel channel, MemorySegment data) throws IOException {
    for (long from = 0; from < data.byteSize(); from += CHUNK_BYTES) {
      long length = Math.min(CHUNK_BYTES, data.byteSize() - from);
      writeFully(channel, data.asSlice(from, length).asByteBuffer());
    }
  }

  private static void writeFully(FileChannel channel, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }
}

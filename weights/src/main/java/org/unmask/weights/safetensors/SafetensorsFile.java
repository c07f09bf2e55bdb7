package org.unmask.weights.safetensors;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An open safetensors file: a validated header over mapped tensor data.
 *
 * <p>Accepts what the official library (0.8) accepts and refuses what it refuses, except that it
 * also refuses
 *
 * <ul>
 *   <li>two tensors of one name (the format forbids them; the library keeps the last),
 *   <li>sizes and offsets of 2^63 and more, and a data type written as an object.
 * </ul>
 *
 * <p>Opening costs time and heap proportional to the header, which is at most 100 MB and never
 * larger than the file. Immutable and safe to share if the arena is.
 *
 * @see <a href="https://huggingface.co/docs/safetensors">the format</a>
 */
public final class SafetensorsFile {
  private static final int LENGTH_BYTES = 8;
  private static final int MAX_HEADER_BYTES = 100_000_000;

  private final Path path;
  private final long byteSize;
  private final Map<String, Tensor> tensors;
  private final Map<String, String> metadata;

  private SafetensorsFile(
      Path path, long byteSize, Map<String, Tensor> tensors, Map<String, String> metadata) {
    this.path = path;
    this.byteSize = byteSize;
    this.tensors = Collections.unmodifiableMap(tensors);
    this.metadata = Collections.unmodifiableMap(metadata);
  }

  /**
   * Maps a file and checks its header.
   *
   * @param path the file
   * @param arena owner of the mapping; closing it invalidates every tensor
   * @return the open file
   * @throws SafetensorsFormatException if the file is not valid safetensors
   * @throws IOException if it cannot be read
   */
  public static SafetensorsFile open(Path path, Arena arena) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      long size = channel.size();
      if (size < LENGTH_BYTES) {
        throw new SafetensorsFormatException(
            path, "", 0, "header too small: the file has " + size + " bytes, needs at least 8");
      }
      MemorySegment file = channel.map(FileChannel.MapMode.READ_ONLY, 0, size, arena);
      long headerBytes =
          file.get(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 0);
      if (Long.compareUnsigned(headerBytes, MAX_HEADER_BYTES) > 0) {
        throw new SafetensorsFormatException(
            path,
            "",
            0,
            "header too large: %s bytes, limit %d; is this a safetensors file?"
                .formatted(Long.toUnsignedString(headerBytes), MAX_HEADER_BYTES));
      }
      long dataStart = LENGTH_BYTES + headerBytes;
      if (dataStart > size) {
        throw new SafetensorsFormatException(
            path,
            "",
            0,
            "invalid header length: header ends at byte %d of a file of %d; is it truncated?"
                .formatted(dataStart, size));
      }
      String json = decodeUtf8(path, file.asSlice(LENGTH_BYTES, headerBytes));
      Header header = new HeaderParser(path, json).parse();
      return new SafetensorsFile(
          path, size, layOut(path, header, file.asSlice(dataStart), dataStart), header.metadata());
    }
  }

  private static String decodeUtf8(Path path, MemorySegment header) throws IOException {
    byte[] bytes = header.toArray(ValueLayout.JAVA_BYTE);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new SafetensorsFormatException(path, "", LENGTH_BYTES, "header is not valid UTF-8");
    }
  }

  /** Checks that the entries tile the data exactly, and cuts it into tensors in file order. */
  private static Map<String, Tensor> layOut(
      Path path, Header header, MemorySegment data, long dataStart)
      throws SafetensorsFormatException {
    List<Header.Entry> entries = header.entries();
    entries.sort(
        Comparator.comparingLong(Header.Entry::begin).thenComparingLong(Header.Entry::end));
    Map<String, Tensor> tensors = LinkedHashMap.newLinkedHashMap(entries.size());
    long end = 0;
    for (Header.Entry entry : entries) {
      if (entry.begin() != end || entry.end() < entry.begin()) {
        throw new SafetensorsFormatException(
            path,
            entry.name(),
            entry.position(),
            "invalid offset: data_offsets [%d, %d] must start at %d, where the last tensor ends"
                .formatted(entry.begin(), entry.end(), end));
      }
      end = entry.end();
      long bytes = Tensor.byteSize(entry.dtype(), entry.shape());
      if (bytes < 0 || bytes != end - entry.begin()) {
        throw new SafetensorsFormatException(
            path,
            entry.name(),
            entry.position(),
            "invalid shape, data type, or offset: %s %s takes %s, data_offsets span %d bytes"
                .formatted(
                    entry.dtype(),
                    abbreviate(entry.shape()),
                    bytes < 0 ? "no whole number of bytes below 2^61" : bytes + " bytes",
                    end - entry.begin()));
      }
      if (end > data.byteSize()) {
        throw new SafetensorsFormatException(
            path,
            entry.name(),
            entry.position(),
            "incomplete metadata, file not fully covered: data ends at %d, the file has %d bytes of"
                    .formatted(end, data.byteSize())
                + " data; is it truncated?");
      }
      tensors.put(
          entry.name(),
          new Tensor(
              entry.name(), entry.dtype(), entry.shape(), data.asSlice(entry.begin(), bytes)));
    }
    if (end != data.byteSize()) {
      throw new SafetensorsFormatException(
          path,
          "",
          dataStart + end,
          "incomplete metadata, file not fully covered: the last tensor ends at %d of %d bytes"
                  .formatted(end, data.byteSize())
              + " of data");
    }
    return tensors;
  }

  private static String abbreviate(long[] shape) {
    return shape.length <= 8 ? Arrays.toString(shape) : "of " + shape.length + " dimensions";
  }

  /**
   * Returns the path.
   *
   * @return the path as given to {@link #open}
   */
  public Path path() {
    return path;
  }

  /**
   * Returns the size of the whole file.
   *
   * @return size in bytes
   */
  public long byteSize() {
    return byteSize;
  }

  /**
   * Returns the tensors.
   *
   * @return name to tensor, in the order of their data in the file; unmodifiable
   */
  public Map<String, Tensor> tensors() {
    return tensors;
  }

  /**
   * Returns the free text entries of the header ({@code __metadata__}).
   *
   * @return key to value, in the order of the file, often empty; unmodifiable
   */
  public Map<String, String> metadata() {
    return metadata;
  }
}

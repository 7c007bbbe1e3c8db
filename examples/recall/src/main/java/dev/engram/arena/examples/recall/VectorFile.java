package dev.engram.arena.examples.recall;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Matrices of floats in NumPy's {@code .npy} format, version 1.0: a header that is Python source,
 * padded so that the data behind it is aligned, then the rows, little-endian. The specification is
 * the documentation of NumPy's module {@code numpy.lib.format}.
 */
final class VectorFile {

  private static final byte[] MAGIC_AND_VERSION = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};

  /** The format asks for data at a multiple of 64 bytes, which suits vector loads too. */
  private static final int DATA_ALIGNMENT_BYTES = 64;

  private VectorFile() {}

  /**
   * Writes a matrix over a file.
   *
   * @param values the rows, one after the other
   * @throws IllegalArgumentException if {@code values} is not a whole number of rows
   */
  static void write(Path file, float[] values, int columns) throws IOException {
    if (values.length % columns != 0) {
      throw new IllegalArgumentException(
          values.length + " values are not rows of " + columns + " columns");
    }
    byte[] header = header(values.length / columns, columns);
    int size = Math.addExact(header.length, Math.multiplyExact(values.length, Float.BYTES));
    ByteBuffer bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN).put(header);
    bytes.asFloatBuffer().put(values);
    Files.write(file, bytes.array());
  }

  /**
   * Maps the rows of a file that {@link #write} wrote.
   *
   * <p>The header is compared with the one that a matrix of this shape has, byte for byte: what
   * another program wrote may well be valid and is refused all the same.
   *
   * @return the rows, read-only, for as long as {@code arena} lives
   * @throws IOException if the file cannot be read, or is not exactly such a matrix
   */
  static MemorySegment map(Path file, int rows, int columns, Arena arena) throws IOException {
    byte[] expected = header(rows, columns);
    long dataBytes = (long) rows * columns * Float.BYTES;
    try (RandomAccessFile input = new RandomAccessFile(file.toFile(), "r")) {
      if (input.length() != expected.length + dataBytes) {
        throw new IOException(
            "it has " + input.length() + " bytes instead of " + (expected.length + dataBytes));
      }
      byte[] header = new byte[expected.length];
      input.readFully(header);
      if (!Arrays.equals(header, expected)) {
        throw new IOException(
            "its header is not that of " + rows + " rows of " + columns + " floats");
      }
      return input.getChannel().map(MapMode.READ_ONLY, header.length, dataBytes, arena);
    }
  }

  private static byte[] header(int rows, int columns) {
    String dictionary =
        "{'descr': '<f4', 'fortran_order': False, 'shape': (" + rows + ", " + columns + "), }";
    int prefixBytes = MAGIC_AND_VERSION.length + Short.BYTES;
    int unpadded = prefixBytes + dictionary.length() + 1;
    int size = Math.ceilDiv(unpadded, DATA_ALIGNMENT_BYTES) * DATA_ALIGNMENT_BYTES;
    String padded = dictionary + " ".repeat(size - unpadded) + "\n";
    return ByteBuffer.allocate(size)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(MAGIC_AND_VERSION)
        .putShort((short) padded.length())
        .put(padded.getBytes(ISO_8859_1))
        .array();
  }
}

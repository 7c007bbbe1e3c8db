package dev.engram.arena.ffi;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.NullMarked;

/** The header of a 64-bit little-endian ELF file. */
@NullMarked
final class ElfHeader {
  private static final int SIZE_BYTES = 64;
  private static final int MAGIC = 0x464c457f;
  private static final byte CLASS_64_BIT = 2;

  private ElfHeader() {}

  /**
   * Whether the file ends before its section headers, its last part, do. The system maps such a
   * file all the same, and the process ends by SIGBUS when it is linked. A file of another kind is
   * not judged: the system refuses that itself.
   */
  static boolean isCutShort(Path file) throws IOException {
    ByteBuffer header;
    try (InputStream input = Files.newInputStream(file)) {
      header = ByteBuffer.wrap(input.readNBytes(SIZE_BYTES)).order(ByteOrder.LITTLE_ENDIAN);
    }
    if (header.capacity() < SIZE_BYTES
        || header.getInt(0) != MAGIC
        || header.get(4) != CLASS_64_BIT) {
      return false;
    }
    long sectionHeaders = header.getLong(40);
    long sectionHeadersSize = (long) header.getShort(58) * header.getShort(60);
    return Files.size(file) < sectionHeaders + sectionHeadersSize;
  }
}

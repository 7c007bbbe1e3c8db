package dev.engram.arena.stress.scenario;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/** A copy of the native library without the mark that keeps it loaded. ELF, 64 bits. */
final class UnloadableLibrary {
  /** The library's file name. */
  static final String NAME = "libengram_arena.so";

  private static final int PROGRAM_HEADERS_OFFSET = 32;
  private static final int PROGRAM_HEADER_SIZE = 54;
  private static final int PROGRAM_HEADER_COUNT = 56;
  private static final int SEGMENT_OFFSET = 8;
  private static final int SEGMENT_SIZE = 32;
  private static final int PT_DYNAMIC = 2;
  private static final long DT_FLAGS_1 = 0x6ffffffbL;
  private static final long DF_1_NODELETE = 8;

  private UnloadableLibrary() {}

  /** Writes the copy. */
  static void write(Path file) throws IOException {
    ByteBuffer elf = ByteBuffer.wrap(read()).order(ByteOrder.LITTLE_ENDIAN);
    int header = Math.toIntExact(elf.getLong(PROGRAM_HEADERS_OFFSET));
    for (int i = 0; i < elf.getShort(PROGRAM_HEADER_COUNT); i++) {
      if (elf.getInt(header) == PT_DYNAMIC) {
        clearMark(
            elf,
            Math.toIntExact(elf.getLong(header + SEGMENT_OFFSET)),
            Math.toIntExact(elf.getLong(header + SEGMENT_SIZE)));
        Files.write(file, elf.array());
        return;
      }
      header += elf.getShort(PROGRAM_HEADER_SIZE);
    }
    throw new IllegalStateException("the library has no dynamic section");
  }

  private static void clearMark(ByteBuffer elf, int start, int size) {
    for (int at = start; at < start + size; at += 2 * Long.BYTES) {
      long flags = elf.getLong(at + Long.BYTES);
      if (elf.getLong(at) == DT_FLAGS_1 && (flags & DF_1_NODELETE) != 0) {
        elf.putLong(at + Long.BYTES, flags & ~DF_1_NODELETE);
        return;
      }
    }
    throw new IllegalStateException("the library is not marked in the first place");
  }

  private static byte[] read() throws IOException {
    String path = System.getProperty("engram.arena.library.path");
    if (path != null) {
      return Files.readAllBytes(Path.of(path));
    }
    boolean arm = System.getProperty("os.arch").equals("aarch64");
    String name =
        "/dev/engram/arena/natives/linux-%s/%s".formatted(arm ? "aarch64" : "x86_64", NAME);
    try (InputStream resource = UnloadableLibrary.class.getResourceAsStream(name)) {
      if (resource == null) {
        throw new IllegalStateException("there is no resource " + name);
      }
      return resource.readAllBytes();
    }
  }
}

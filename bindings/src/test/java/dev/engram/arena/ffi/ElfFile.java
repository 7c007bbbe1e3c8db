package dev.engram.arena.ffi;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.NullMarked;

/**
 * The dynamic symbols of a 64-bit little-endian ELF file (System V ABI, chapters "Object Files" and
 * "Symbol Table").
 */
@NullMarked
final class ElfFile {
  private static final int SECTION_TYPE_DYNSYM = 11;
  private static final int SEGMENT_TYPE_LOAD = 1;
  private static final int BINDING_LOCAL = 0;
  private static final int VISIBILITY_INTERNAL = 1;
  private static final int VISIBILITY_HIDDEN = 2;
  private static final int SYMBOL_SIZE_BYTES = 24;

  private final ByteBuffer bytes;

  ElfFile(byte[] content) {
    bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
    boolean elf64LittleEndian =
        bytes.getInt(0) == 0x464c457f && bytes.get(4) == 2 && bytes.get(5) == 1;
    if (!elf64LittleEndian) {
      throw new IllegalArgumentException("not a 64-bit little-endian ELF file");
    }
  }

  /** The names of the symbols that another program can bind to. */
  Set<String> exportedNames() {
    return exportedPositions().keySet();
  }

  /** Where in the file an exported symbol is. */
  int positionOf(String exportedName) {
    return Objects.requireNonNull(exportedPositions().get(exportedName), exportedName);
  }

  private Map<String, Integer> exportedPositions() {
    Map<String, Integer> symbols = new TreeMap<>();
    int sectionSize = bytes.getShort(58);
    int sectionCount = bytes.getShort(60);
    for (int i = 0; i < sectionCount; i++) {
      int section = offset(40) + i * sectionSize;
      if (bytes.getInt(section + 4) == SECTION_TYPE_DYNSYM) {
        int stringSection = offset(40) + bytes.getInt(section + 40) * sectionSize;
        addExported(
            symbols, offset(section + 24), offset(section + 32), offset(stringSection + 24));
      }
    }
    return symbols;
  }

  private void addExported(Map<String, Integer> symbols, int start, int size, int strings) {
    for (int symbol = start; symbol < start + size; symbol += SYMBOL_SIZE_BYTES) {
      boolean defined = bytes.getShort(symbol + 6) != 0;
      int binding = bytes.get(symbol + 4) >> 4;
      int visibility = bytes.get(symbol + 5) & 3;
      if (defined
          && binding != BINDING_LOCAL
          && visibility != VISIBILITY_HIDDEN
          && visibility != VISIBILITY_INTERNAL) {
        symbols.put(string(strings + bytes.getInt(symbol)), positionAt(bytes.getLong(symbol + 8)));
      }
    }
  }

  private int positionAt(long address) {
    int segmentSize = bytes.getShort(54);
    int segmentCount = bytes.getShort(56);
    for (int i = 0; i < segmentCount; i++) {
      int segment = offset(32) + i * segmentSize;
      long segmentAddress = bytes.getLong(segment + 16);
      long sizeInFile = bytes.getLong(segment + 32);
      if (bytes.getInt(segment) == SEGMENT_TYPE_LOAD
          && address >= segmentAddress
          && address < segmentAddress + sizeInFile) {
        return Math.toIntExact(address - segmentAddress + bytes.getLong(segment + 8));
      }
    }
    throw new IllegalArgumentException("address " + address + " is not in the file");
  }

  private int offset(int position) {
    return Math.toIntExact(bytes.getLong(position));
  }

  private String string(int position) {
    int end = position;
    while (bytes.get(end) != 0) {
      end++;
    }
    return new String(bytes.array(), position, end - position, StandardCharsets.US_ASCII);
  }
}

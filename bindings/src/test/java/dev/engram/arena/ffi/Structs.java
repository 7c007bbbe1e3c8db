package dev.engram.arena.ffi;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.GroupLayout;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.PaddingLayout;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.NullMarked;

/**
 * Structs as the generated layouts see them: all their fields by name, and whether a call stayed
 * inside them.
 */
@NullMarked
final class Structs {
  private static final int GUARD_BYTES = 64;
  private static final byte FILL = (byte) 0xa5;

  private Structs() {}

  /** A struct full of a value that no call writes, with a guard behind it. */
  static MemorySegment guarded(GroupLayout layout) {
    MemorySegment memory =
        Arena.ofAuto().allocate(layout.byteSize() + GUARD_BYTES, layout.byteAlignment());
    return memory.fill(FILL);
  }

  static void assertGuardIntact(MemorySegment guarded, GroupLayout layout) {
    byte[] guard = guarded.asSlice(layout.byteSize()).toArray(ValueLayout.JAVA_BYTE);
    assertThat(guard).as("bytes behind the struct").containsOnly(FILL);
  }

  /** All fields, whatever their width. */
  static Map<String, Long> fields(MemorySegment struct, GroupLayout layout) {
    Map<String, Long> values = new TreeMap<>();
    for (MemoryLayout member : layout.memberLayouts()) {
      assertThat(member).as("no padding in %s", layout).isNotInstanceOf(PaddingLayout.class);
      String name = member.name().orElseThrow();
      long offset = layout.byteOffset(PathElement.groupElement(name));
      values.put(name, valueAt(struct, member, offset));
    }
    return values;
  }

  private static long valueAt(MemorySegment struct, MemoryLayout member, long offset) {
    return switch (member) {
      case ValueLayout.OfInt value -> Integer.toUnsignedLong(struct.get(value, offset));
      case ValueLayout.OfLong value -> struct.get(value, offset);
      case AddressLayout value -> struct.get(value, offset).address();
      default -> throw new AssertionError("field of another type: " + member);
    };
  }

  /** What changed between two readings: for each field with another value, by how much. */
  static Map<String, Long> changes(Map<String, Long> before, Map<String, Long> after) {
    Map<String, Long> changes = new TreeMap<>();
    after.forEach((name, value) -> {
      long change = value - before.getOrDefault(name, 0L);
      if (change != 0) {
        changes.put(name, change);
      }
    });
    return changes;
  }
}

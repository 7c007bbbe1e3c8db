package dev.engram.arena;

import dev.engram.arena.ffi.engram_arena_h;
import dev.engram.arena.ffi.engram_arena_usage;
import dev.engram.arena.internal.Status;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The list of arenas that native code has, with what Java knows of their owners. */
final class NativeArenas {
  private static final int FIRST_ROOM = 64;

  private NativeArenas() {}

  /** All arenas, by their slots. */
  static List<ArenaUsage> list() {
    long room = FIRST_ROOM;
    while (true) {
      try (Arena frame = Arena.ofConfined()) {
        MemorySegment usages = engram_arena_usage.allocateArray(room, frame);
        MemorySegment count = frame.allocate(ValueLayout.JAVA_LONG);
        int status =
            engram_arena_h.engram_list_arenas(engram_arena_usage.sizeof(), usages, room, count);
        long found = count.get(ValueLayout.JAVA_LONG, 0);
        if (status != engram_arena_h.ENGRAM_OUTPUT_TOO_SMALL()) {
          Status.requireOk(status, "engram_list_arenas");
          return read(usages, found);
        }
        // More may come until the next call.
        room = found + FIRST_ROOM;
      }
    }
  }

  private static List<ArenaUsage> read(MemorySegment usages, long count) {
    List<ArenaUsage> arenas = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      arenas.add(read(engram_arena_usage.asSlice(usages, i)));
    }
    arenas.sort(Comparator.comparingLong(ArenaUsage::slot));
    return List.copyOf(arenas);
  }

  private static ArenaUsage read(MemorySegment usage) {
    OwnedArena arena = ThreadArenas.ofHeader(engram_arena_usage.header(usage).address());
    ArenaState state = state(usage, arena);
    boolean hasThread = state == ArenaState.OWNED || state == ArenaState.LEASED;
    Thread thread = arena != null && hasThread ? arena.thread(state) : null;
    return new ArenaUsage(
        engram_arena_usage.slot(usage),
        state,
        thread == null ? "" : nameOf(thread),
        engram_arena_usage.capacity_bytes(usage),
        engram_arena_usage.used_bytes(usage),
        engram_arena_usage.high_water_mark_bytes(usage),
        engram_arena_usage.used_fallback_bytes(usage),
        engram_arena_usage.overflow_error_count(usage)
            + engram_arena_usage.overflow_fallback_count(usage),
        engram_arena_usage.reset_count(usage));
  }

  private static ArenaState state(MemorySegment usage, @Nullable OwnedArena arena) {
    int use = engram_arena_usage.use(usage);
    if (use == engram_arena_h.ENGRAM_ARENA_OWNED()) {
      return ArenaState.OWNED;
    }
    if (use == engram_arena_h.ENGRAM_ARENA_LEASED()) {
      boolean keptForLater =
          arena != null
              && arena.thread(ArenaState.LEASED) == null
              && engram_arena_usage.depth(usage) == 0;
      return keptForLater ? ArenaState.POOLED : ArenaState.LEASED;
    }
    return use == engram_arena_h.ENGRAM_ARENA_POOLED() ? ArenaState.POOLED : ArenaState.QUARANTINED;
  }

  private static String nameOf(Thread thread) {
    String name = thread.getName();
    return name.isEmpty() ? "#" + thread.threadId() : name;
  }
}

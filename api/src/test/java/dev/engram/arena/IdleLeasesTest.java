package dev.engram.arena;

import static org.assertj.core.api.Assertions.assertThat;

import dev.engram.arena.ffi.engram_arena;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class IdleLeasesTest {
  private static final ThreadArenas.Slot LESSEE = new ThreadArenas.Slot(Thread.currentThread());

  @BeforeEach
  void loadLibrary() {
    ArenaControl.stats();
  }

  @Test
  void whatWasPutInIsTakenOutOnceByWhomeverAsks() throws Exception {
    IdleLeases leases = new IdleLeases(4);
    Set<NativeArena> put = new HashSet<>();
    for (int i = 0; i < 16; i++) {
      NativeArena arena = arena();
      assertThat(leases.offer(arena)).isTrue();
      put.add(arena);
    }
    Set<NativeArena> taken = new HashSet<>();
    Thread thread =
        Thread.startVirtualThread(() -> {
          for (NativeArena arena = leases.take(LESSEE);
              arena != null;
              arena = leases.take(LESSEE)) {
            taken.add(arena);
          }
        });
    thread.join();
    assertThat(taken).isEqualTo(put);
  }

  /** So that no error after the call finds a lease that nobody has. */
  @Test
  void whoeverTakesOneIsItsLesseeAtOnce() {
    IdleLeases leases = new IdleLeases(1);
    NativeArena arena = arena();
    leases.offer(arena);
    assertThat(arena.lessee).isNull();
    assertThat(leases.take(LESSEE)).isSameAs(arena);
    assertThat(arena.lessee).isSameAs(LESSEE);
  }

  @Test
  void keepsNoMoreThanAFewForEachProcessor() {
    IdleLeases leases = new IdleLeases(2);
    int kept = 0;
    while (leases.offer(arena())) {
      kept++;
    }
    assertThat(kept).isEqualTo(8);
    assertThat(leases.take(LESSEE)).isNotNull();
    assertThat(leases.offer(arena())).isTrue();
    assertThat(leases.offer(arena())).isFalse();
  }

  @Test
  void noArenaHasTwoHolders() throws Exception {
    IdleLeases leases = new IdleLeases(2);
    List<NativeArena> arenas = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      arenas.add(arena());
      leases.offer(arenas.get(i));
    }
    AtomicIntegerArray holders = new AtomicIntegerArray(arenas.size());
    AtomicInteger shared = new AtomicInteger();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> done = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        done.add(threads.submit(() -> takeAndPutBack(leases, arenas, holders, shared)));
      }
      for (Future<?> one : done) {
        one.get();
      }
    }
    assertThat(shared.get()).isZero();
  }

  private static void takeAndPutBack(
      IdleLeases leases,
      List<NativeArena> arenas,
      AtomicIntegerArray holders,
      AtomicInteger shared) {
    for (int i = 0; i < 100_000; i++) {
      NativeArena arena = leases.take(LESSEE);
      if (arena != null) {
        int number = arenas.indexOf(arena);
        if (holders.incrementAndGet(number) != 1) {
          shared.incrementAndGet();
        }
        holders.decrementAndGet(number);
        leases.offer(arena);
      }
    }
  }

  /** The header is never looked at. */
  private static NativeArena arena() {
    return new NativeArena(Arena.global().allocate(engram_arena.sizeof(), 128).address());
  }
}

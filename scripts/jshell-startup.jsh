import module java.base;
import dev.engram.arena.*;
import dev.engram.arena.kernels.*;
import java.lang.foreign.*;

/** What happens to an allocation that does not fit, under two of the three strategies. */
void demoOverflow() {
  ArenaConfig before = ArenaControl.config();
  long wanted = 3 << 20;
  try {
    for (OverflowStrategy strategy : List.of(OverflowStrategy.ERROR_RETURN, OverflowStrategy.FALLBACK)) {
      ArenaControl.configure(before.toBuilder().poolSize("1m").overflow(strategy).build());
      System.out.printf("An arena of 1 MiB under %s, and a scope that asks for %,d bytes:%n", strategy, wanted);
      ArenaStats start = ArenaControl.stats();
      try (ArenaScope scope = ArenaControl.openScope()) {
        scope.allocate(1000);
        try {
          MemorySegment segment = scope.allocate(wanted);
          System.out.printf("  served from the system: a segment of %,d bytes%n", segment.byteSize());
        } catch (ArenaOverflowException e) {
          System.out.println("  refused: " + e.getMessage());
        }
        System.out.printf("  in the scope: %,d bytes used, %,d held from the system%n",
            ArenaControl.threadStats().orElseThrow().usedBytes(), ArenaControl.stats().heldFallbackBytes());
      }
      ArenaStats end = ArenaControl.stats();
      System.out.printf("  after it:     %,d bytes used, %,d held from the system; %,d overflow counted%n%n",
          ArenaControl.threadStats().orElseThrow().usedBytes(), end.heldFallbackBytes(), end.since(start).totalOverflows());
    }
    System.out.println("ArenaControl.config() has the strategy, ArenaConfig.builder() sets it, with the capacity.");
  } finally {
    ArenaControl.configure(before);
  }
}

/** As many threads at once, each in its own arena. */
void demoThreads(int threads) throws InterruptedException {
  System.out.printf("%,d threads open a scope each and fill a part of their arena. While they are inside:%n%n", threads);
  CountDownLatch inside = new CountDownLatch(threads);
  CountDownLatch leave = new CountDownLatch(1);
  List<Thread> started = new ArrayList<>();
  for (int i = 1; i <= threads; i++) {
    long part = i;
    started.add(Thread.ofPlatform().name("demo-" + i).start(() -> {
      try (ArenaScope scope = ArenaControl.openScope()) {
        scope.allocate(scope.availableBytes() / threads * part);
        inside.countDown();
        leave.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        inside.countDown(); // also where there is no memory for another arena
      }
    }));
  }
  inside.await();
  System.out.println(ArenaControl.report());
  leave.countDown();
  for (Thread thread : started) {
    thread.join();
  }
  Thread.sleep(200); // a thread gives its arena back a moment after its end
  System.out.printf("%nAnd after their end: %,d arenas, %,d bytes in use.%n",
      ArenaControl.stats().liveArenas(), ArenaControl.stats().usedBytes());
}

/** What scopes give back, and what becomes of their segments. */
void demoScope() throws InterruptedException {
  System.out.println("Scopes nest, and closing one gives back what was allocated since it was opened:");
  MemorySegment dead;
  try (ArenaScope outer = ArenaControl.openScope()) {
    MemorySegment numbers = outer.allocateFrom(ValueLayout.JAVA_FLOAT, 1, 2, 3);
    System.out.printf("  outer scope open, three floats     %,8d bytes used%n", ArenaControl.threadStats().orElseThrow().usedBytes());
    try (ArenaScope inner = ArenaControl.openScope()) {
      dead = inner.allocate(100_000);
      System.out.printf("  inner scope open, 100,000 bytes    %,8d bytes used%n", ArenaControl.threadStats().orElseThrow().usedBytes());
    }
    System.out.printf("  inner scope closed                 %,8d bytes used%n", ArenaControl.threadStats().orElseThrow().usedBytes());
    System.out.println("A segment dies with its scope, and belongs to its thread:");
    try {
      dead.get(ValueLayout.JAVA_BYTE, 0);
    } catch (IllegalStateException e) {
      System.out.println("  read after the close:    " + e);
    }
    Thread other = Thread.ofPlatform().start(() -> {
      try {
        numbers.get(ValueLayout.JAVA_FLOAT, 0);
      } catch (WrongThreadException e) {
        System.out.println("  read by another thread:  " + e);
      }
    });
    other.join();
    System.out.println("  read by its own thread:  " + numbers.getAtIndex(ValueLayout.JAVA_FLOAT, 2));
  }
  System.out.printf("  outer scope closed                 %,8d bytes used%n", ArenaControl.threadStats().orElseThrow().usedBytes());
}

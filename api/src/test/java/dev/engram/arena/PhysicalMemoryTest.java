package dev.engram.arena;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(DefaultConfiguration.class)
class PhysicalMemoryTest {
  private static final long CAPACITY = 64 << 20;
  private static final long USED = 32 << 20;

  /** What the system may hold more or less than what was touched. */
  private static final long MARGIN = 1 << 20;

  @BeforeEach
  void useLargeArenasOfSmallPages() {
    configure(false);
    ArenaControl.trim();
  }

  private static void configure(boolean preTouch) {
    ArenaControl.configure(
        DefaultConfiguration.with(CAPACITY, OverflowStrategy.ERROR_RETURN, 0).toBuilder()
            .hugePages(HugePages.OFF)
            .preTouch(preTouch)
            .build());
  }

  @Test
  void trimGivesBackThePhysicalMemoryOfThisThreadsArena() throws IOException {
    long base = touch();
    ArenaStats before = ArenaControl.stats();
    long resident = residentBytes(base);

    long trimmed = ArenaControl.trim();

    ArenaStats after = ArenaControl.stats();
    assertThat(trimmed).isGreaterThanOrEqualTo(USED);
    assertThat(before.touchedBytes() - after.touchedBytes()).isEqualTo(trimmed);
    assertThat(after.reservedBytes()).isEqualTo(before.reservedBytes());
    assertThat(resident - residentBytes(base)).isBetween(USED - MARGIN, CAPACITY);
    try (ArenaScope scope = ArenaControl.openScope()) {
      MemorySegment again = scope.uninitialized().allocate(USED, 1);
      assertThat(again.get(ValueLayout.JAVA_BYTE, USED / 2)).isZero();
    }
  }

  /** So that the test above could fail. */
  @Test
  void controlTheCloseOfAScopeKeepsThePhysicalMemory() throws IOException {
    long base = touch();
    assertThat(ArenaControl.stats().touchedBytes()).isGreaterThanOrEqualTo(USED);
    assertThat(residentBytes(base)).isGreaterThanOrEqualTo(USED - MARGIN);
  }

  @Test
  void trimKeepsWhatIsInUse() {
    touch();
    try (ArenaScope scope = ArenaControl.openScope()) {
      MemorySegment kept = scope.allocate(4 << 20, 1).fill((byte) 3);
      ArenaControl.trim();
      assertThat(kept.mismatch(MemorySegment.ofArray(filled(4 << 20)))).isEqualTo(-1);
    }
    // Its owner is in the arena meanwhile, so it is served when it next opens an outermost scope.
    ArenaControl.openScope().close();
    assertThat(ArenaControl.stats().touchedBytes()).isLessThan(4 << 20);
  }

  @Test
  void trimGivesBackWhatVirtualThreadsHaveLeft() throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      threads.submit(PhysicalMemoryTest::touch).get();
    }
    assertThat(ArenaControl.stats().touchedBytes()).isGreaterThanOrEqualTo(USED);
    assertThat(ArenaControl.trim()).isGreaterThanOrEqualTo(USED);
    assertThat(ArenaControl.stats().touchedBytes()).isLessThan(MARGIN);
  }

  @Test
  void preTouchHasAllOfAnArenaFromTheStart() throws Exception {
    configure(true);
    assertThat(residentBytesOfAFreshArena()).isGreaterThanOrEqualTo(CAPACITY - MARGIN);
  }

  /** So that the test above could fail. */
  @Test
  void controlWithoutPreTouchOnlyWhatIsUsedIsInMemory() throws Exception {
    configure(false);
    assertThat(residentBytesOfAFreshArena()).isLessThan(CAPACITY / 2);
  }

  private static long residentBytesOfAFreshArena() throws Exception {
    try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
      return thread
          .submit(() -> {
            try (ArenaScope scope = ArenaControl.openScope()) {
              return residentBytes(scope.allocate(1, 1).address());
            }
          })
          .get();
    }
  }

  /** Uses half of the arena. Returns where it is. */
  private static long touch() {
    try (ArenaScope scope = ArenaControl.openScope()) {
      scope.uninitialized().allocate(USED, 1).fill((byte) 7);
      return ArenaHeader.base(
          Objects.requireNonNull(ThreadArenas.ifAny()).calls.header().address());
    }
  }

  private static byte[] filled(int length) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) 3);
    return bytes;
  }

  private static long residentBytes(long base) throws IOException {
    return ResidentMemory.bytesOfMappings(base, CAPACITY);
  }
}

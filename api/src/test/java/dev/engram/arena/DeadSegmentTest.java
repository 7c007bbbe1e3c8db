package dev.engram.arena;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.engram.arena.ffi.engram_arena_h;
import dev.engram.arena.ffi.engram_mark;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each kind of access, to a segment and its scope, in each way that they can be dead or another
 * thread's. That an access would have gone through is seen in {@link
 * #everyAccessWorksWhileTheScopeIsOpen}, and what it would have read in {@link
 * #aBareAddressReadsTheBytesOfTheNextScope}.
 */
@ExtendWith(DefaultConfiguration.class)
class DeadSegmentTest {
  private static final int BYTES = 64;
  private static final int POOL_BYTES = 1 << 20;
  private static final int ATTEMPTS = 100_000;
  private static final long OLD = 0x0101_0101_0101_0101L;
  private static final long NEW = 0x0202_0202_0202_0202L;

  /** A scope and what it allocated. */
  record Subject(ArenaScope scope, MemorySegment segment) {
    static Subject open() {
      return open(BYTES);
    }

    static Subject open(long byteSize) {
      ArenaScope scope = ArenaControl.openScope();
      MemorySegment segment = scope.allocate(byteSize, Long.BYTES);
      segment.set(ValueLayout.JAVA_LONG, 0, OLD);
      return new Subject(scope, segment);
    }

    Subject close() {
      scope.close();
      return this;
    }
  }

  interface Access {
    void to(Subject subject) throws Exception;
  }

  interface Death {
    Subject subject() throws Exception;
  }

  static Stream<Named<Access>> accesses() {
    MemorySegment heap = MemorySegment.ofArray(new byte[BYTES]);
    return Stream.of(
        access("get", s -> s.segment.get(ValueLayout.JAVA_LONG, 0)),
        access("set", s -> s.segment.set(ValueLayout.JAVA_LONG, 0, NEW)),
        access("copy from", s -> MemorySegment.copy(s.segment, 0, heap, 0, BYTES)),
        access("copy to", s -> MemorySegment.copy(heap, 0, s.segment, 0, BYTES)),
        access("slice", s -> s.segment.asSlice(8, 8).get(ValueLayout.JAVA_LONG, 0)),
        access("byte buffer", s -> s.segment.asByteBuffer().get(0)),
        access("downcall argument", s -> engram_arena_h.engram_read_stats(s.segment)),
        access(
            "stream",
            s -> s.segment.elements(ValueLayout.JAVA_BYTE).forEach(e -> e.fill((byte) 1))),
        access("to array", s -> s.segment.toArray(ValueLayout.JAVA_BYTE)),
        access("get string", s -> s.segment.getString(0)),
        access("fill", s -> s.segment.fill((byte) 1)),
        access("mismatch", s -> s.segment.mismatch(heap)),
        access("allocate", s -> s.scope.allocate(8, 8)),
        access("allocate uninitialised", s -> s.scope.uninitialized().allocate(8, 8)));
  }

  static Stream<Named<Death>> deaths() {
    return Stream.of(
        death("closed", () -> Subject.open().close()),
        death("closed, its memory reused by the next scope", DeadSegmentTest::reused),
        death("closed, its memory reused by native code", DeadSegmentTest::reusedNatively),
        death("closed, and a second time", DeadSegmentTest::closedTwice),
        death("closed at last, after a close out of order", DeadSegmentTest::closedOutOfOrder),
        death("closed inside a scope that is open", DeadSegmentTest::closedInside),
        death("closed around one that was open, and reused", DeadSegmentTest::closedAround),
        death("closed, its region replaced", DeadSegmentTest::regionReplaced),
        death("closed, its pages given back", DeadSegmentTest::trimmed),
        death("closed, its chunk given back to the system", DeadSegmentTest::chunkFreed));
  }

  private static Named<Access> access(String name, Access access) {
    return Named.of(name, access);
  }

  private static Named<Death> death(String name, Death death) {
    return Named.of(name, death);
  }

  static Stream<Arguments> accessesAfterDeaths() {
    return deaths().flatMap(death -> accesses().map(access -> Arguments.of(death, access)));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("accessesAfterDeaths")
  void accessAfterDeathThrows(Death death, Access access) throws Exception {
    Subject subject = death.subject();
    assertThatIllegalStateException().isThrownBy(() -> access.to(subject));
    try (ArenaScope next = ArenaControl.openScope()) {
      MemorySegment segment = next.allocate(BYTES, Long.BYTES);
      segment.set(ValueLayout.JAVA_LONG, 0, NEW);
      assertThatIllegalStateException().isThrownBy(() -> access.to(subject));
      assertThat(segment.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(NEW);
      assertThat(next.availableBytes()).isEqualTo(ArenaControl.config().poolSizeBytes() - BYTES);
    }
  }

  @ParameterizedTest
  @MethodSource("accesses")
  void accessByAnotherThreadThrowsAndChangesNothing(Access access) throws Exception {
    Subject subject = Subject.open();
    try (ArenaScope scope = subject.scope) {
      long available = scope.availableBytes();
      for (Thread.Builder threads :
          new Thread.Builder[] {Thread.ofPlatform(), Thread.ofVirtual()}) {
        assertThatThrownBy(() -> on(threads, () -> access.to(subject)))
            .isInstanceOf(WrongThreadException.class);
      }
      assertThat(subject.segment.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(OLD);
      assertThat(scope.availableBytes()).isEqualTo(available);
    }
  }

  @ParameterizedTest
  @MethodSource("accesses")
  void accessByAnotherThreadAfterDeathThrows(Access access) {
    Subject subject = Subject.open().close();
    assertThatThrownBy(() -> on(Thread.ofPlatform(), () -> access.to(subject)))
        .isInstanceOfAny(WrongThreadException.class, IllegalStateException.class);
  }

  @ParameterizedTest
  @MethodSource("accesses")
  void accessAfterTheEndOfItsThreadThrows(Access access) throws Exception {
    FutureTask<Subject> opening = new FutureTask<>(Subject::open);
    Thread thread = Thread.ofPlatform().start(opening);
    Subject subject = opening.get();
    thread.join();
    assertThatThrownBy(() -> access.to(subject)).isInstanceOf(WrongThreadException.class);
  }

  @ParameterizedTest
  @MethodSource("accesses")
  void accessToAnEndedLeaseThrows(Access access) throws Exception {
    on(
        Thread.ofVirtual(),
        () -> {
          Subject subject = Subject.open().close();
          on(Thread.ofVirtual(), () -> Subject.open().close()); // has the same lease, if it can
          assertThatIllegalStateException().isThrownBy(() -> access.to(subject));
        });
  }

  @Test
  void readAfterCloseThrowsInEveryAttempt() {
    int refused = 0;
    for (int i = 0; i < ATTEMPTS; i++) {
      Subject dead = Subject.open().close();
      try (ArenaScope next = ArenaControl.openScope()) {
        MemorySegment reused = next.allocate(BYTES, Long.BYTES);
        assertThat(reused.address()).isEqualTo(dead.segment.address());
        refused += isRefused(dead.segment) ? 1 : 0;
      }
      refused += isRefused(dead.segment) ? 1 : 0;
    }
    assertThat(refused).isEqualTo(2 * ATTEMPTS);
  }

  private static boolean isRefused(MemorySegment segment) {
    try {
      long ignored = segment.get(ValueLayout.JAVA_LONG, 0);
      return false;
    } catch (IllegalStateException e) {
      return true;
    }
  }

  @ParameterizedTest
  @MethodSource("accesses")
  void everyAccessWorksWhileTheScopeIsOpen(Access access) {
    Subject subject = Subject.open();
    try (ArenaScope scope = subject.scope) {
      assertThat(scope.scope().isAlive()).isTrue();
      assertThatCode(() -> access.to(subject)).doesNotThrowAnyException();
    }
  }

  /** A control: what a segment without a lifetime would have let through. */
  @Test
  void aBareAddressReadsTheBytesOfTheNextScope() {
    Subject dead = Subject.open().close();
    MemorySegment bare = NativeMemory.ALL.asSlice(dead.segment.address(), BYTES);
    try (ArenaScope next = ArenaControl.openScope()) {
      next.allocate(BYTES, Long.BYTES).set(ValueLayout.JAVA_LONG, 0, NEW);
      assertThat(isRefused(bare)).isFalse();
      assertThat(bare.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(NEW);
    }
  }

  private static Subject reused() {
    Subject dead = Subject.open().close();
    Subject successor = Subject.open();
    assertThat(successor.segment.address()).isEqualTo(dead.segment.address());
    successor.close();
    return dead;
  }

  private static Subject reusedNatively() {
    Subject dead = Subject.open().close();
    MemorySegment arena = engram_arena_h.engram_thread_arena_if_any();
    try (Arena frame = Arena.ofConfined()) {
      MemorySegment mark = engram_mark.allocate(frame);
      MemorySegment address = frame.allocate(ValueLayout.ADDRESS);
      requireOk(engram_arena_h.engram_arena_mark(arena, mark, MemorySegment.NULL));
      requireOk(engram_arena_h.engram_arena_allocate(arena, BYTES, 8, address, MemorySegment.NULL));
      assertThat(address.get(ValueLayout.ADDRESS, 0).address()).isEqualTo(dead.segment.address());
      requireOk(engram_arena_h.engram_arena_rewind(arena, mark));
    }
    return dead;
  }

  private static Subject closedTwice() {
    Subject dead = Subject.open().close();
    assertThatIllegalStateException().isThrownBy(dead::close);
    return dead;
  }

  private static Subject closedOutOfOrder() {
    Subject outer = Subject.open();
    Subject inner = Subject.open();
    assertThatIllegalStateException().isThrownBy(outer::close);
    assertThat(outer.segment.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(OLD);
    assertThat(inner.segment.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(OLD);
    inner.close();
    return outer.close();
  }

  private static Subject closedInside() {
    Subject outer = Subject.open();
    Subject inner = Subject.open().close();
    assertThatIllegalStateException().isThrownBy(() -> inner.segment.get(ValueLayout.JAVA_LONG, 0));
    Subject sibling = Subject.open();
    assertThat(sibling.segment.address()).isEqualTo(inner.segment.address());
    sibling.close();
    assertThat(outer.segment.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(OLD);
    outer.close();
    return inner;
  }

  private static Subject closedAround() {
    Subject outer = Subject.open();
    Subject.open().close();
    outer.close();
    Subject.open().close();
    return outer;
  }

  private static Subject regionReplaced() {
    Subject dead = Subject.open().close();
    ArenaControl.configure(ArenaConfig.builder().poolSizeBytes(2 * POOL_BYTES).build());
    ArenaControl.openScope().close();
    return dead;
  }

  private static Subject trimmed() {
    Subject dead = Subject.open().close();
    ArenaControl.trim();
    return dead;
  }

  private static Subject chunkFreed() {
    ArenaControl.configure(
        ArenaConfig.builder()
            .poolSizeBytes(POOL_BYTES)
            .overflow(OverflowStrategy.FALLBACK)
            .build());
    Subject dead = Subject.open(POOL_BYTES + 1).close();
    assertThat(ArenaControl.stats().heldFallbackBytes()).isZero();
    return dead;
  }

  private interface Action {
    void run() throws Exception;
  }

  private static void on(Thread.Builder threads, Action action) throws Exception {
    FutureTask<Void> task =
        new FutureTask<>(() -> {
          action.run();
          return null;
        });
    threads.start(task);
    try {
      task.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw (Exception) e.getCause();
    }
  }

  private static void requireOk(int status) {
    assertThat(status).isEqualTo(engram_arena_h.ENGRAM_OK());
  }
}

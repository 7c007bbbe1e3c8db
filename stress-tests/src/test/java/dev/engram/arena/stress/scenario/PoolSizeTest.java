package dev.engram.arena.stress.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.engram.arena.ArenaConfig;
import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaOverflowException;
import dev.engram.arena.ArenaScope;
import dev.engram.arena.ArenaStats;
import dev.engram.arena.OverflowStrategy;
import dev.engram.arena.stress.progress.Progress;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PoolSizeTest {
  @BeforeEach
  void startAfresh() {
    Runs.startAfresh();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8, 32, 100})
  void anArenaHoldsItsPoolSizeAndNotOneByteMore(int mebibytes) throws InterruptedException {
    long poolSize = (long) mebibytes << 20;
    ArenaConfig arenas = Runs.arenas(poolSize, OverflowStrategy.ERROR_RETURN);
    ArenaControl.configure(arenas);
    ArenaWatch watch = ArenaWatch.start();
    TeamResult team =
        WorkerTeam.run(
            Runs.settings(2, 3, 1, 1, arenas),
            (worker, random) -> turn -> fill(poolSize),
            Progress.SILENT);
    assertThat(team.failures()).isEmpty();
    ArenaStats after = watch.sinceStart();
    assertThat(after.maxHighWaterMarkBytes()).isEqualTo(poolSize);
    assertThat(after.overflowErrors()).isEqualTo(6);
    assertThat(after.totalResets()).isEqualTo(6);
    assertThat(team.atWork().reservedBytes() - watch.before().reservedBytes())
        .isEqualTo(2 * poolSize);
  }

  private static void fill(long poolSize) {
    try (ArenaScope scope = ArenaControl.openScope()) {
      SegmentAllocator allocator = scope.uninitialized();
      assertThat(scope.availableBytes()).isEqualTo(poolSize);
      MemorySegment all = allocator.allocate(poolSize, 1);
      all.set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
      all.set(ValueLayout.JAVA_BYTE, poolSize - 1, (byte) 2);
      assertThat(scope.availableBytes()).isZero();
      ArenaOverflowException overflow =
          catchThrowableOfType(ArenaOverflowException.class, () -> allocator.allocate(1, 1));
      assertThat(overflow).isNotNull();
      assertThat(overflow.requestedBytes()).isEqualTo(1);
      assertThat(overflow.availableBytes()).isZero();
      assertThat(overflow.capacityBytes()).isEqualTo(poolSize);
      assertThat(all.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 1);
      assertThat(all.get(ValueLayout.JAVA_BYTE, poolSize - 1)).isEqualTo((byte) 2);
    }
  }
}

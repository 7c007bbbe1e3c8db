package dev.engram.arena.stress.recording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.engram.arena.ArenaConfig;
import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaOverflowException;
import dev.engram.arena.ArenaScope;
import dev.engram.arena.OverflowStrategy;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RunRecorderTest {
  @BeforeEach
  void startAfresh() {
    ArenaControl.configure(
        ArenaConfig.builder()
            .poolSizeBytes(1 << 20)
            .overflow(OverflowStrategy.ERROR_RETURN)
            .build());
    // Otherwise marks of the tests before would be seen.
    ArenaControl.resetMetrics();
  }

  @Test
  void teamsAreAddedUp() {
    AtomicLong completed = new AtomicLong();
    try (RunRecorder recorder = new RunRecorder()) {
      WorkerRecord first = recorder.begin(2, completed::get).getFirst();
      first.operation(1_000, 3_000);
      completed.set(5);
      recorder.end();
      completed.set(0);
      WorkerRecord second = recorder.begin(1, completed::get).getFirst();
      second.operation(1_000, 5_000);
      second.operation(5_000, 9_000);
      completed.set(2);
      recorder.end();
      Recorded recorded = recorder.recorded();
      assertThat(recorded.samples().getFirst().operations()).isZero();
      assertThat(recorded.samples().getLast().operations()).isEqualTo(7);
      assertThat(recorded.latency().count()).isEqualTo(3);
      assertThat(recorded.latency().minNanos()).isBetween(1_980L, 2_020L);
      assertThat(recorded.latency().nanosAt(50)).isBetween(3_960L, 4_040L);
    }
  }

  @Test
  void anArenaIsSeenWithItsMark() {
    try (RunRecorder recorder = new RunRecorder()) {
      recorder.begin(3, () -> 0);
      try (ArenaScope scope = ArenaControl.openScope()) {
        scope.allocate(5_000, 64);
      }
      recorder.workDone();
      ArenaControl.resetMetrics();
      recorder.end();
      assertThat(recorder.recorded().arenas())
          .singleElement()
          .satisfies(arena -> {
            assertThat(arena.owner()).isEqualTo(Thread.currentThread().getName());
            assertThat(arena.highWaterMarkBytes()).isBetween(5_000L, 5_200L);
            assertThat(arena.capacityBytes()).isEqualTo(1 << 20);
          });
    }
  }

  @Test
  void overflowsAreCountedOnWhenTheRunBeginsANewEpoch() {
    try (RunRecorder recorder = new RunRecorder()) {
      recorder.begin(1, () -> 0);
      overflow();
      recorder.end();
      ArenaControl.resetMetrics();
      recorder.begin(1, () -> 0);
      overflow();
      overflow();
      recorder.end();
      assertThat(recorder.recorded().samples().getLast().overflowErrors()).isEqualTo(3);
      assertThat(recorder.recorded().samples()).extracting(Sample::overflowErrors).isSorted();
    }
  }

  @Test
  void theSamplerSeesWhatIsInUse() {
    try (RunRecorder recorder = new RunRecorder()) {
      recorder.begin(1, () -> 0);
      try (ArenaScope scope = ArenaControl.openScope()) {
        scope.allocate(300_000);
        await()
            .until(() ->
                recorder.recorded().samples().stream()
                    .anyMatch(sample -> sample.usedBytes() >= 300_000));
      }
      recorder.end();
      Recorded recorded = recorder.recorded();
      List<Sample> samples = recorded.samples();
      RecordedArena arena = ofThisThread(recorded);
      assertThat(arena.usedBytes()).hasSameSizeAs(samples);
      assertThat(arena.usedBytesMax()).isBetween(300_000L, 310_000L);
      assertThat(arena.usedBytes()).contains(arena.usedBytesMax());
      assertThat(arena.usedBytes().getLast()).isZero();
      assertThat(arena.usedBytesMean()).isBetween(1L, arena.usedBytesMax() - 1);
      assertThat(samples).allMatch(sample -> sample.residentBytes() > 0 && sample.mappings() > 0);
    }
  }

  private static RecordedArena ofThisThread(Recorded recorded) {
    String name = Thread.currentThread().getName();
    return recorded.arenas().stream()
        .filter(arena -> arena.owner().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static void overflow() {
    try (ArenaScope scope = ArenaControl.openScope()) {
      scope.allocate(2 << 20);
    } catch (ArenaOverflowException e) {
      return;
    }
    throw new IllegalStateException("it did fit");
  }
}

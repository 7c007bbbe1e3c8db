package dev.engram.arena.stress.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.OverflowStrategy;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ChurnScenarioTest {
  private static final long POOL_SIZE = 64 << 10;

  /** Beyond the threads that warm up. */
  private static final long LATE = 500;

  @BeforeEach
  @AfterEach
  void startAfresh() {
    Runs.startAfresh();
  }

  @Test
  void oneHundredThousandThreadsLeaveNothingBehind() throws InterruptedException {
    ScenarioResult result =
        Runs.run(
            new ChurnScenario(),
            Runs.settings(
                32, Scale.of(50, 3_125), 1, 1, Runs.arenas(POOL_SIZE, OverflowStrategy.FALLBACK)));
    Runs.assertHeld(result);
    assertThat(result.stats().overflowFallbacks()).isPositive();
    assertThat(result.stats().totalAbandoned()).isPositive();
    assertThat(result.atWork().liveArenas()).isPositive();
  }

  @ParameterizedTest
  @EnumSource(names = {"ERROR_RETURN", "FALLBACK"})
  void bothStrategiesHold(OverflowStrategy strategy) throws InterruptedException {
    ScenarioResult result = run(Interlude.NONE, strategy);
    Runs.assertHeld(result);
    assertThat(result.stats().totalOverflows()).isPositive();
  }

  @Test
  void aByteThatChangesIsFound() throws InterruptedException {
    Interlude flipping =
        (random, newest) ->
            newest.set(ValueLayout.JAVA_BYTE, 7, (byte) ~newest.get(ValueLayout.JAVA_BYTE, 7));
    ScenarioResult result = run(Once.onOccasion(LATE, flipping));
    assertThat(Runs.broken(result)).containsExactly("every byte is what its scope wrote");
    assertThat(Runs.detail(result, "every byte is what its scope wrote"))
        .startsWith("1 segments are wrong, the first: long 0 of ");
  }

  @Test
  void aScopeTooManyIsFound() throws InterruptedException {
    Interlude openingAnother = (random, newest) -> ArenaControl.openScope().close();
    ScenarioResult result = run(Once.onOccasion(LATE, openingAnother));
    assertThat(Runs.broken(result)).containsExactly("the totals are exact");
  }

  @Test
  void anOverflowTooManyIsFound() throws InterruptedException {
    Interlude overflowing =
        (random, newest) -> {
          try (var scope = ArenaControl.openScope()) {
            scope.allocate(2 * POOL_SIZE);
          }
        };
    assertThat(Runs.broken(run(Once.onOccasion(LATE, overflowing))))
        .containsExactly("the totals are exact");
  }

  @Test
  void sizesThatDoNotAgreeAreFound() throws InterruptedException {
    assertThat(Runs.broken(run(Plants.askingForMore(), OverflowStrategy.ERROR_RETURN)))
        .containsExactly("every exception gives sizes that agree");
  }

  @Test
  void aThreadThatStaysIsFound() throws InterruptedException {
    try (StayingThread staying = new StayingThread(Thread.ofPlatform())) {
      assertThat(Runs.broken(run(staying.onOccasion(LATE))))
          .containsExactly(
              "the totals are exact",
              "threads that end leave no arena behind",
              "nothing is in use at the end");
    }
  }

  @Test
  void aThreadThatFailsIsFound() throws InterruptedException {
    Interlude failing =
        (random, newest) -> {
          throw new IllegalStateException("the thread is broken");
        };
    ScenarioResult result = run(Once.onOccasion(LATE, failing));
    assertThat(Runs.broken(result)).contains("no worker failed", "every operation was completed");
    assertThat(Runs.detail(result, "no worker failed")).contains("the thread is broken");
  }

  @Test
  void mappingsThatStayAreFound(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("page");
    Files.write(file, new byte[4_096]);
    try (Arena arena = Arena.ofShared()) {
      Interlude mapping =
          (random, newest) -> {
            try (FileChannel channel = FileChannel.open(file)) {
              for (int i = 0; i < 300; i++) {
                channel.map(FileChannel.MapMode.READ_ONLY, 0, 4_096, arena);
              }
            }
          };
      assertThat(Runs.broken(run(Once.onOccasion(LATE, mapping))))
          .containsExactly("the mappings of the process stay about as many");
    }
  }

  @Test
  void memoryThatStaysIsFound() throws InterruptedException {
    try (Arena arena = Arena.ofShared()) {
      Interlude leaking =
          (random, newest) -> {
            MemorySegment kept = arena.allocate(128 << 20, 64);
            kept.fill((byte) 1);
          };
      assertThat(Runs.broken(run(Once.onOccasion(LATE, leaking))))
          .containsExactly("resident memory outside the Java heap stays about as large");
    }
  }

  @Test
  void panicIsRefused() {
    StressSettings settings =
        Runs.settings(1, 1, 1, 1, Runs.arenas(POOL_SIZE, OverflowStrategy.PANIC));
    assertThatThrownBy(() -> new ChurnScenario().check(settings))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("give --overflow error or fallback");
  }

  private static ScenarioResult run(Interlude interlude) throws InterruptedException {
    return run(interlude, OverflowStrategy.FALLBACK);
  }

  /** 4 threads at a time, 80 to warm up and 160 that count. */
  private static ScenarioResult run(Interlude interlude, OverflowStrategy strategy)
      throws InterruptedException {
    return Runs.run(
        new ChurnScenario(interlude), Runs.settings(4, 40, 1, 1, Runs.arenas(POOL_SIZE, strategy)));
  }
}

package dev.engram.arena;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.engram.arena.internal.RateLimitedWarning;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RateLimitedWarningTest {
  private final RecordingLogger logger = new RecordingLogger();
  private final AtomicLong clock = new AtomicLong();

  // The clock has no fixed origin: at the last value the deadline wraps around.
  @ParameterizedTest
  @ValueSource(longs = {0, -5_000_000_000L, Long.MAX_VALUE - 1_000_000_000L})
  void oneWarningIsLoggedInAnyTenSeconds(long origin) {
    clock.set(origin);
    RateLimitedWarning warning = warning();
    warning.happened(count -> "first " + count);
    for (int i = 0; i < 41; i++) {
      warning.happened(count -> "between " + count);
    }
    clock.addAndGet(RateLimitedWarning.INTERVAL.toNanos() - 1);
    warning.happened(count -> "too early " + count);
    assertThat(logger.warnings).containsExactly("first 1");
    clock.incrementAndGet();
    warning.happened(count -> "due " + count);
    assertThat(logger.warnings).containsExactly("first 1", "due 43");
  }

  @Test
  void anOverflowIsReportedWithSizesAndSetting() {
    new OverflowWarning(warning()).servedFromSystem(served(4096, 17, 65536));
    assertThat(logger.warnings).hasSize(1);
    assertThat(logger.warnings.get(0)).contains(": 1.", "4096", "17", "65536", "engram.arena.size");
  }

  @Test
  void anOverflowOfAnArenaWithoutARegionIsReportedWithTheBoundOnAllMemory() {
    new OverflowWarning(warning()).servedFromSystem(served(4096, 0, 0));
    assertThat(logger.warnings).hasSize(1);
    assertThat(logger.warnings.get(0)).contains("4096", "engram.arena.max_total");
  }

  @Test
  void allocationsOfOneKernelCallAreReportedInTheirNumber() {
    new OverflowWarning(warning())
        .servedFromSystem(
            new ArenaOverflow(OverflowStrategy.FALLBACK, true, true, 3, 4096, 17, 65536));
    assertThat(logger.warnings).hasSize(1);
    assertThat(logger.warnings.get(0)).contains(": 3.", "4096");
  }

  @Test
  void aListenerThatThrowsIsReportedByItsClassWithWhatItThrew() {
    OverflowListener listener = overflow -> {};
    IllegalStateException thrown = new IllegalStateException("of the test");
    new ListenerWarning(warning()).failed(listener, thrown);
    assertThat(logger.warnings).hasSize(1);
    assertThat(logger.warnings.get(0)).contains("1 time", listener.getClass().getName());
    assertThat(logger.thrown).containsExactly(thrown);
  }

  @Test
  void aFailedRemapIsReportedOnceWithTheNumberAndTheSystemsError() {
    RemapWarning remaps = new RemapWarning(warning(), Duration.ZERO);
    remaps.check(new NativeStats.FailedRemaps(0, 0, 0));
    assertThat(logger.warnings).isEmpty();

    remaps.check(new NativeStats.FailedRemaps(0, 3, 12));
    assertThat(logger.warnings).hasSize(1);
    assertThat(logger.warnings.get(0)).contains(": 3.", "12", "ENOMEM", "engram.arena.size");

    clock.addAndGet(RateLimitedWarning.INTERVAL.toNanos());
    remaps.check(new NativeStats.FailedRemaps(0, 3, 12));
    assertThat(logger.warnings).hasSize(1);

    remaps.check(new NativeStats.FailedRemaps(0, 4, 0));
    assertThat(logger.warnings).hasSize(2);
    assertThat(logger.warnings.get(1)).contains(": 1.", "engram.arena.max_total");
  }

  @Test
  void aNewEpochOfFailedRemapsCountsFromNothing() {
    RemapWarning remaps = new RemapWarning(warning(), Duration.ZERO);
    remaps.check(new NativeStats.FailedRemaps(0, 5, 12));
    clock.addAndGet(RateLimitedWarning.INTERVAL.toNanos());
    remaps.check(new NativeStats.FailedRemaps(1, 0, 12));
    remaps.check(new NativeStats.FailedRemaps(0, 6, 12)); // of a thread that was late
    assertThat(logger.warnings).hasSize(1);
    remaps.check(new NativeStats.FailedRemaps(1, 2, 12));
    assertThat(logger.warnings).hasSize(2);
    assertThat(logger.warnings.get(1)).contains(": 2.");
  }

  @ParameterizedTest
  @CsvSource({"P1D, 1", "PT0S, 3"}) // The latter is the control: without a pause each one counts.
  void ofAllCallsForACheckOneIsAnsweredBeforeThePauseIsOver(Duration pause, int expected)
      throws InterruptedException {
    RemapWarning remaps = new RemapWarning(warning(), pause);
    AtomicInteger checks = new AtomicInteger();
    for (int i = 0; i < 3; i++) {
      int before = checks.get();
      remaps.checkSoon(checks::incrementAndGet);
      if (before < expected) {
        await().until(() -> checks.get() == before + 1);
      }
    }
    // What a check would have run on that should not have been.
    Thread.startVirtualThread(() -> {}).join();
    assertThat(checks).hasValue(expected);
  }

  private static ArenaOverflow served(long requested, long available, long capacity) {
    return new ArenaOverflow(
        OverflowStrategy.FALLBACK, true, false, 1, requested, available, capacity);
  }

  private RateLimitedWarning warning() {
    return new RateLimitedWarning(() -> logger, clock::get);
  }
}

package dev.engram.arena.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.engram.arena.ArenaConfig;
import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaOverflowException;
import dev.engram.arena.ArenaScope;
import dev.engram.arena.ArenaStats;
import dev.engram.arena.OverflowStrategy;
import dev.engram.arena.ffi.engram_arena_h;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.CountingMode;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EngramArenaMetricsTest {
  private static final int CAPACITY = 1 << 20;
  private static final ArenaConfig FAILING =
      ArenaConfig.builder()
          .poolSizeBytes(CAPACITY)
          .overflow(OverflowStrategy.ERROR_RETURN)
          .maxTotalBytes(Long.MAX_VALUE)
          .build();
  private static final String USED = "engram_arena_memory_used_bytes";
  private static final String RESERVED = "engram_arena_memory_reserved_bytes";
  private static final String MAX = "engram_arena_memory_max_bytes";
  private static final String HIGH_WATER_MARK = "engram_arena_memory_high_water_mark_bytes";
  private static final String COUNT = "engram_arena_count";
  private static final String RESETS = "engram_arena_resets_total";
  private static final String OVERFLOWS = "engram_arena_overflows_total";
  private static final String ERRORS = OVERFLOWS + "{strategy=\"error\"}";
  private static final String FALLBACKS = OVERFLOWS + "{strategy=\"fallback\"}";
  private static final String FALLBACK_BYTES = "engram_arena_fallback_bytes_total";

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  private final ArenaConfig configBefore = ArenaControl.config();

  @BeforeEach
  void configure() {
    ArenaControl.configure(FAILING);
  }

  @AfterEach
  void restoreConfig() {
    ArenaControl.configure(configBefore);
    registry.close();
  }

  @Test
  void prometheusReadsTheseNamesTypesAndLabels() {
    bind(registry);
    Scrape scrape = Scrape.of(registry);
    assertThat(scrape.samples().keySet())
        .containsExactlyInAnyOrder(
            USED, RESERVED, MAX, HIGH_WATER_MARK, COUNT, RESETS, ERRORS, FALLBACKS, FALLBACK_BYTES);
    assertThat(scrape.types())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                USED, "gauge",
                RESERVED, "gauge",
                MAX, "gauge",
                HIGH_WATER_MARK, "gauge",
                COUNT, "gauge",
                RESETS, "counter",
                OVERFLOWS, "counter",
                FALLBACK_BYTES, "counter"));
    assertThat(scrape.help().keySet()).isEqualTo(scrape.types().keySet());
    assertThat(scrape.help().values()).doesNotHaveDuplicates().noneMatch(String::isBlank);
  }

  @Test
  void tagsOfTheApplicationAreOnEveryMeter() {
    new EngramArenaMetrics(List.of(Tag.of("app", "search"))).bindTo(registry);
    assertThat(Scrape.of(registry).samples().keySet())
        .hasSize(9)
        .allMatch(sample -> sample.contains("app=\"search\""))
        .contains(OVERFLOWS + "{app=\"search\",strategy=\"fallback\"}");
  }

  @Test
  void gaugesFollowTheArenas() {
    bind(registry);
    assertThat(Scrape.of(registry).value(MAX)).isInfinite();
    ArenaControl.configure(FAILING.toBuilder().maxTotalBytes(8L << 30).build());
    ArenaControl.resetMetrics();
    try (ArenaScope outer = ArenaControl.openScope()) {
      outer.allocate(1000, 1);
      try (ArenaScope inner = ArenaControl.openScope()) {
        inner.allocate(500_000, 1);
      }
      ArenaStats stats = ArenaControl.stats();
      Scrape scrape = Scrape.of(registry);
      assertThat(scrape.value(USED))
          .isEqualTo((double) stats.usedBytes())
          .isBetween(1000.0, 499_999.0);
      assertThat(scrape.value(HIGH_WATER_MARK))
          .isEqualTo((double) stats.maxHighWaterMarkBytes())
          .isBetween(501_000.0, CAPACITY - 1.0);
      assertThat(scrape.value(RESERVED))
          .isEqualTo((double) stats.reservedBytes())
          .isGreaterThanOrEqualTo(CAPACITY);
      assertThat(scrape.value(COUNT))
          .isEqualTo((double) stats.liveArenas())
          .isBetween(1.0, 100_000.0);
      assertThat(scrape.value(MAX)).isEqualTo(8L << 30);
    }
  }

  @Test
  void countersFollowOverflowsAndResets() {
    bind(registry);
    Scrape before = Scrape.of(registry);
    fail(3);
    serveFromSystem(2);
    Scrape after = Scrape.of(registry);
    assertThat(difference(ERRORS, before, after)).isEqualTo(3);
    assertThat(difference(FALLBACKS, before, after)).isEqualTo(2);
    assertThat(difference(FALLBACK_BYTES, before, after)).isEqualTo(2 * (3 << 20));
    assertThat(difference(RESETS, before, after)).isEqualTo(5);
  }

  @Test
  void countersGoOnWhereANewEpochBeginsAndKeepWhatNobodyHadScraped() {
    bind(registry);
    Scrape before = Scrape.of(registry);
    fail(3);
    serveFromSystem(2);
    ArenaControl.resetMetrics();
    fail(1);
    ArenaControl.resetMetrics();
    ArenaControl.resetMetrics();
    serveFromSystem(1);
    assertThat(ArenaControl.stats().overflowErrors()).isZero();
    Scrape after = Scrape.of(registry);
    assertThat(difference(ERRORS, before, after)).isEqualTo(4);
    assertThat(difference(FALLBACKS, before, after)).isEqualTo(3);
    assertThat(difference(FALLBACK_BYTES, before, after)).isEqualTo(3 * (3 << 20));
    assertThat(difference(RESETS, before, after)).isEqualTo(7);
  }

  @Test
  void countersKeepWhatWasScrapedWhereNativeCodeBeginsAnEpoch() {
    bind(registry);
    fail(1);
    Scrape before = Scrape.of(registry);
    engram_arena_h.engram_reset_arena_metrics();
    fail(2);
    assertThat(difference(ERRORS, before, Scrape.of(registry))).isEqualTo(2);
  }

  /** A step counter adds differences of what it reads: one that fell would be subtracted. */
  @Test
  void registriesThatCountByStepCountAcrossEpochs() {
    MockClock clock = new MockClock();
    Duration step = Duration.ofMinutes(1);
    MeterRegistry steps = new SimpleMeterRegistry(countingBy(step), clock);
    bind(steps);
    FunctionCounter errors = errors(steps);
    errors.count();
    clock.add(step);
    errors.count();
    fail(3);
    ArenaControl.resetMetrics();
    fail(1);
    errors.count();
    clock.add(step);
    assertThat(errors.count()).isEqualTo(4);
    steps.close();
  }

  @Test
  void countersNeverFallWhileEpochsBegin() throws Exception {
    bind(registry);
    FunctionCounter errors = errors(registry);
    AtomicBoolean stop = new AtomicBoolean();
    try (ExecutorService threads = Executors.newCachedThreadPool()) {
      Future<?> overflowing = threads.submit(() -> repeat(stop, () -> fail(1)));
      Future<?> resetting = threads.submit(() -> repeat(stop, ArenaControl::resetMetrics));
      try {
        double last = errors.count();
        for (int i = 0; i < 20_000; i++) {
          double next = errors.count();
          assertThat(next).isGreaterThanOrEqualTo(last);
          last = next;
        }
      } finally {
        stop.set(true);
      }
      overflowing.get();
      resetting.get();
    }
  }

  @Test
  void countersGoOnWhereNobodyKeepsTheBinder() {
    WeakReference<EngramArenaMetrics> binder = bind(registry);
    Awaitility.await()
        .until(() -> {
          System.gc();
          return binder.get() == null;
        });
    Scrape before = Scrape.of(registry);
    fail(3);
    assertThat(difference(ERRORS, before, Scrape.of(registry))).isEqualTo(3);
    assertThat(before.value(COUNT)).isNotNaN();
  }

  private static WeakReference<EngramArenaMetrics> bind(MeterRegistry registry) {
    EngramArenaMetrics metrics = new EngramArenaMetrics();
    metrics.bindTo(registry);
    return new WeakReference<>(metrics);
  }

  private static FunctionCounter errors(MeterRegistry registry) {
    return registry.get("engram.arena.overflows").tag("strategy", "error").functionCounter();
  }

  private static SimpleConfig countingBy(Duration step) {
    return new SimpleConfig() {
      @Override
      public @Nullable String get(String key) {
        return null;
      }

      @Override
      public CountingMode mode() {
        return CountingMode.STEP;
      }

      @Override
      public Duration step() {
        return step;
      }
    };
  }

  private static double difference(String sample, Scrape before, Scrape after) {
    return after.value(sample) - before.value(sample);
  }

  private static void repeat(AtomicBoolean stop, Runnable action) {
    while (!stop.get()) {
      action.run();
    }
  }

  /** Scopes with an allocation that fits and one that fails. */
  private static void fail(int times) {
    for (int i = 0; i < times; i++) {
      try (ArenaScope scope = ArenaControl.openScope()) {
        scope.allocate(100);
        assertThatThrownBy(() -> scope.allocate(3 << 20))
            .isInstanceOf(ArenaOverflowException.class);
      }
    }
  }

  /** Scopes with an allocation that fits and one that does not and is served. */
  private static void serveFromSystem(int times) {
    ArenaControl.configure(FAILING.toBuilder().overflow(OverflowStrategy.FALLBACK).build());
    for (int i = 0; i < times; i++) {
      try (ArenaScope scope = ArenaControl.openScope()) {
        scope.allocate(100);
        scope.allocate(3 << 20);
      }
    }
    ArenaControl.configure(FAILING);
  }
}

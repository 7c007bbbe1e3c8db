package dev.engram.arena;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.engram.arena.kernels.CosineSimilarity;
import dev.engram.arena.kernels.VectorMatrix;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;
import jdk.jfr.SettingDescriptor;
import jdk.jfr.ValueDescriptor;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;
import jdk.jfr.consumer.RecordingStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(DefaultConfiguration.class)
class FlightRecorderTest {
  private static final String PREFIX = "dev.engram.arena.";
  private static final String STATISTICS = PREFIX + "Statistics";
  private static final String OVERFLOW = PREFIX + "Overflow";
  private static final String SCOPE = PREFIX + "Scope";
  private static final String CONFIGURATION = PREFIX + "Configuration";

  /** What every event has, whatever it is of. */
  private static final Set<String> COMMON =
      Set.of("startTime", "duration", "eventThread", "stackTrace");

  @TempDir private Path directory;

  @Test
  void theLastStatisticsOfARecordingAreThoseOfItsEnd() throws Exception {
    try (Recording recording = start()) {
      for (int i = 0; i < 3; i++) {
        useScope(1000);
      }
      assertThat(statisticsOf(last(stop(recording), STATISTICS)))
          .isEqualTo(statisticsOf(ArenaControl.stats()));
    }
  }

  @Test
  void statisticsAreRecordedEachSecondWithoutBeingAskedFor() throws Exception {
    AtomicLong latest = new AtomicLong(-1);
    // A stream is written to while its chunk goes on.
    try (RecordingStream stream = new RecordingStream()) {
      stream.onEvent(STATISTICS, event -> latest.set(event.getLong("totalScopes")));
      stream.startAsync();
      for (int i = 0; i < 2; i++) {
        useScope(1);
        long total = ArenaControl.stats().totalScopes();
        await().atMost(Duration.ofSeconds(30)).until(() -> latest.get() == total);
      }
      assertThat(typeNamed(STATISTICS).getSettingDescriptors())
          .filteredOn(setting -> setting.getName().equals("period"))
          .extracting(SettingDescriptor::getDefaultValue)
          .containsExactly("1 s");
    }
  }

  @Test
  void theSettingsInForceAreRecorded() throws Exception {
    ArenaControl.configure(DefaultConfiguration.with(128 << 10, OverflowStrategy.FALLBACK, 1234));
    try (Recording recording = start()) {
      RecordedEvent event = last(stop(recording), CONFIGURATION);
      assertThat(event.getLong("poolSizeBytes")).isEqualTo(128 << 10);
      assertThat(event.getString("overflowStrategy")).isEqualTo("FALLBACK");
      assertThat(event.getLong("maxFallbackBytes")).isEqualTo(1234);
      assertThat(event.getLong("maxTotalBytes")).isEqualTo(Long.MAX_VALUE);
      assertThat(event.getString("hugePages")).isEqualTo("AUTO");
      assertThat(event.getBoolean("zeroOnReset")).isFalse();
      assertThat(event.getBoolean("preTouch")).isFalse();
      assertThat(event.getString("abandonedScopes")).isEqualTo("SAMPLED");
    }
  }

  @Test
  void anOverflowThatFailsIsRecordedWithWhoAsked() throws Exception {
    try (Recording recording = start();
        ArenaScope scope = ArenaControl.openScope()) {
      assertThatThrownBy(() -> overflowInJava(scope)).isInstanceOf(ArenaOverflowException.class);
      RecordedEvent event = only(stop(recording), OVERFLOW);
      assertThat(event.getString("strategy")).isEqualTo("ERROR_RETURN");
      assertThat(event.getBoolean("served")).isFalse();
      assertThat(event.getString("allocatedBy")).isEqualTo("Java");
      assertThat(event.getLong("allocations")).isEqualTo(1);
      assertThat(event.getLong("requestedBytes")).isEqualTo(2 << 20);
      assertThat(event.getLong("availableBytes")).isEqualTo(1 << 20);
      assertThat(event.getLong("capacityBytes")).isEqualTo(1 << 20);
      assertThat(firstOfTheUser(event)).isEqualTo("overflowInJava");
    }
  }

  @Test
  void anOverflowOfAKernelThatIsServedIsRecordedWithWhoCalledIt() throws Exception {
    ArenaControl.configure(DefaultConfiguration.with(64 << 10, OverflowStrategy.FALLBACK, 1 << 20));
    try (Recording recording = start();
        ArenaScope scope = ArenaControl.openScope()) {
      scope.allocate(scope.availableBytes() - 128, 1);
      overflowInAKernel();
      RecordedEvent event = only(stop(recording), OVERFLOW);
      assertThat(event.getString("strategy")).isEqualTo("FALLBACK");
      assertThat(event.getBoolean("served")).isTrue();
      assertThat(event.getString("allocatedBy")).isEqualTo("kernel");
      assertThat(event.getLong("allocations")).isEqualTo(1);
      assertThat(event.getLong("requestedBytes")).isEqualTo(500 * Float.BYTES);
      assertThat(event.getLong("availableBytes")).isLessThanOrEqualTo(128);
      assertThat(event.getLong("capacityBytes")).isEqualTo(64 << 10);
      assertThat(firstOfTheUser(event)).isEqualTo("overflowInAKernel");
    }
  }

  @Test
  void scopesAreNotRecordedUnlessAsked() throws Exception {
    try (Recording recording = start()) {
      useScope(1000);
      assertThat(stop(recording)).noneMatch(event -> isNamed(event, SCOPE));
    }
  }

  @Test
  void scopesAreRecordedWithTheirBytesAndDepthFromTheStartToTheEndOfARecording() throws Exception {
    try (ArenaScope before = ArenaControl.openScope();
        Recording recording = start(SCOPE)) {
      before.allocate(5, 1);
      try (ArenaScope outer = ArenaControl.openScope()) {
        outer.allocate(100, 1);
        useScope(1000);
        outer.allocate(10, 1);
      }
      useScope(7);
      List<RecordedEvent> events = stop(recording);
      useScope(1);
      assertThat(FlightEvents.areScopesRecorded()).isFalse();
      assertThat(events)
          .filteredOn(event -> isNamed(event, SCOPE))
          .extracting(
              event -> event.getInt("depth"),
              event -> event.getLong("bytes"),
              event -> event.getBoolean("virtualThread"))
          .containsExactlyInAnyOrder(
              tuple(3, 1000L, false), tuple(2, 1110L, false), tuple(2, 7L, false));
      assertThat(events)
          .filteredOn(event -> isNamed(event, SCOPE))
          .allSatisfy(event -> {
            assertThat(event.getDuration()).isPositive();
            assertThat(event.getThread().getJavaName()).isEqualTo(Thread.currentThread().getName());
          });
    }
  }

  @Test
  void aScopeOfAVirtualThreadIsRecordedWithTheChunksThatItHeld() throws Exception {
    ArenaControl.configure(DefaultConfiguration.with(64 << 10, OverflowStrategy.FALLBACK, 1 << 20));
    try (Recording recording = start(SCOPE)) {
      Thread.startVirtualThread(() -> useScope(100_000)).join();
      RecordedEvent event = only(stop(recording), SCOPE);
      assertThat(event.getInt("depth")).isEqualTo(1);
      assertThat(event.getLong("bytes")).isGreaterThanOrEqualTo(100_000);
      assertThat(event.getBoolean("virtualThread")).isTrue();
    }
  }

  @Test
  void aRecordingMayAskForScopesWhileItRuns() throws Exception {
    try (Recording recording = start()) {
      useScope(1);
      recording.enable(SCOPE);
      await().atMost(Duration.ofSeconds(30)).until(FlightEvents::areScopesRecorded);
      useScope(2);
      assertThat(only(stop(recording), SCOPE).getLong("bytes")).isEqualTo(2);
    }
  }

  @Test
  void aRecordingMayAskForLongScopesOnly() throws Exception {
    Duration threshold = Duration.ofMillis(20);
    try (Recording recording = new Recording()) {
      recording.enable(SCOPE).withThreshold(threshold);
      recording.start();
      try (ArenaScope scope = ArenaControl.openScope()) {
        scope.allocate(3, 1);
        Thread.sleep(threshold);
      }
      assertThat(only(stop(recording), SCOPE).getDuration()).isGreaterThanOrEqualTo(threshold);
    }
    try (Recording recording = new Recording()) {
      recording.enable(SCOPE).withThreshold(Duration.ofDays(1));
      recording.start();
      useScope(3);
      assertThat(stop(recording)).noneMatch(event -> isNamed(event, SCOPE));
    }
  }

  @Test
  void aRecordingMayBoundTheRateOfScopesAndOverflows() throws Exception {
    try (Recording recording = new Recording();
        ArenaScope scope = ArenaControl.openScope()) {
      recording.enable(SCOPE).with("throttle", "0/s");
      recording.enable(OVERFLOW).with("throttle", "0/s");
      recording.start();
      useScope(1);
      assertThatThrownBy(() -> overflowInJava(scope)).isInstanceOf(ArenaOverflowException.class);
      assertThat(stop(recording))
          .noneMatch(event -> isNamed(event, SCOPE) || isNamed(event, OVERFLOW));
    }
  }

  @Test
  void scopesOfAllThreadsAreCountedAsTheStatisticsSay() throws Exception {
    try (Recording recording = start(SCOPE)) {
      ArenaStats before = ArenaControl.stats();
      List<Thread> threads =
          IntStream.range(0, 8)
              .mapToObj(i -> i % 2 == 0 ? Thread.ofPlatform() : Thread.ofVirtual())
              .map(builder ->
                  builder.start(() -> {
                    for (int i = 0; i < 500; i++) {
                      useScope(10);
                    }
                  }))
              .toList();
      for (Thread thread : threads) {
        thread.join();
      }
      ArenaStats counted = ArenaControl.stats().since(before);
      List<RecordedEvent> scopes =
          stop(recording).stream().filter(event -> isNamed(event, SCOPE)).toList();
      assertThat(scopes).hasSize((int) counted.totalScopes()).hasSize(4000);
      assertThat(scopes.stream().mapToLong(event -> event.getLong("bytes")).sum())
          .isEqualTo(counted.totalAllocatedBytes());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {STATISTICS, OVERFLOW, SCOPE, CONFIGURATION})
  void everyFieldSaysWhatItIs(String name) {
    useScope(1);
    EventType type = typeNamed(name);
    assertThat(type.getCategoryNames()).containsExactly("Engram", "Arena");
    assertThat(type.getLabel()).isNotBlank();
    assertThat(type.getDescription()).isNotBlank();
    assertThat(type.getFields())
        .filteredOn(field -> !COMMON.contains(field.getName()))
        .isNotEmpty()
        .allSatisfy(field -> {
          assertThat(field.getLabel()).as(field.getName()).isNotBlank();
          assertThat(field.getDescription()).as(field.getName()).isNotBlank();
          assertThat(Objects.equals(field.getContentType(), "jdk.jfr.DataAmount"))
              .as(field.getName())
              .isEqualTo(isOfBytes(field));
        });
  }

  private static boolean isOfBytes(ValueDescriptor field) {
    return field.getName().endsWith("ytes");
  }

  private static void overflowInJava(ArenaScope scope) {
    scope.allocate(2 << 20, 1);
  }

  private static void overflowInAKernel() {
    try (VectorMatrix candidates = VectorMatrix.allocate(500, 16)) {
      assertThat(CosineSimilarity.topK(new float[16], candidates, 1)).hasSize(1);
    }
  }

  private static void useScope(long bytes) {
    try (ArenaScope scope = ArenaControl.openScope()) {
      scope.allocate(bytes, 1);
    }
  }

  private static Recording start(String... enabled) {
    Recording recording = new Recording();
    for (String name : enabled) {
      recording.enable(name);
    }
    recording.start();
    return recording;
  }

  private List<RecordedEvent> stop(Recording recording) throws IOException {
    recording.stop();
    Path file = directory.resolve("recording.jfr");
    recording.dump(file);
    return RecordingFile.readAllEvents(file).stream()
        .filter(event -> event.getEventType().getName().startsWith(PREFIX))
        .toList();
  }

  private static EventType typeNamed(String name) {
    return FlightRecorder.getFlightRecorder().getEventTypes().stream()
        .filter(type -> type.getName().equals(name))
        .findAny()
        .orElseThrow();
  }

  private static boolean isNamed(RecordedEvent event, String name) {
    return event.getEventType().getName().equals(name);
  }

  private static RecordedEvent only(List<RecordedEvent> events, String name) {
    List<RecordedEvent> named = events.stream().filter(event -> isNamed(event, name)).toList();
    assertThat(named).hasSize(1);
    return named.get(0);
  }

  private static RecordedEvent last(List<RecordedEvent> events, String name) {
    return events.stream()
        .filter(event -> isNamed(event, name))
        .max(Comparator.comparing(RecordedEvent::getStartTime))
        .orElseThrow();
  }

  /** The figures of an event that has all those of the record, by their names. */
  private static Map<String, Object> statisticsOf(RecordedEvent event) {
    return event.getFields().stream()
        .map(ValueDescriptor::getName)
        .filter(name -> !COMMON.contains(name))
        .collect(Collectors.toMap(name -> name, event::getValue));
  }

  private static Map<String, Object> statisticsOf(ArenaStats stats)
      throws ReflectiveOperationException {
    Map<String, Object> values = new HashMap<>();
    for (RecordComponent component : ArenaStats.class.getRecordComponents()) {
      Object value = component.getAccessor().invoke(stats);
      values.put(
          component.getName(), value instanceof Optional<?> some ? some.orElse(null) : value);
    }
    values.replaceAll((name, value) -> value == null ? "" : value);
    return values;
  }

  /** The method of this class that is nearest to where an event was recorded. */
  private static String firstOfTheUser(RecordedEvent event) {
    List<RecordedFrame> frames = event.getStackTrace().getFrames();
    RecordedFrame first =
        frames.stream().filter(frame -> isOfTests(frame)).findFirst().orElseThrow();
    // What comes before is of the library, and little.
    assertThat(frames.indexOf(first)).isLessThan(12);
    return first.getMethod().getName();
  }

  private static boolean isOfTests(RecordedFrame frame) {
    return frame.getMethod().getType().getName().equals(FlightRecorderTest.class.getName());
  }
}

package dev.engram.arena;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.engram.arena.ffi.engram_arena_h;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(DefaultConfiguration.class)
class ArenaConfigTest {
  private final Map<String, String> properties = new HashMap<>();
  private final Map<String, String> environment = new HashMap<>();
  private final SettingsSource source = new SettingsSource(properties::get, environment::get);

  static Stream<String> malformedSizes() {
    return Stream.of(
        "",
        " ",
        "banana",
        "m",
        "k",
        "g",
        "1.5m",
        "-1",
        "-1m",
        "+1m",
        "1_000_000",
        "1 m",
        " 1m",
        "1m ",
        "1m\n",
        "\t1m",
        "0x100000",
        "1e6",
        "1t",
        "1mb",
        "1kib",
        "1MiB",
        "2mm",
        "2m2",
        "1,048,576",
        "\uff11m",
        "\u0661m",
        "1\u212a",
        "1m\u0000",
        "NaN",
        "Infinity",
        "null",
        "true",
        "--",
        "1m;",
        "m1",
        "64kk",
        "1048576L",
        "1048576 bytes",
        "1'048'576",
        "\"1m\"",
        "0b100");
  }

  static Stream<String> poolSizesOutOfRange() {
    return Stream.of(
        "0",
        "0m",
        "1",
        "65535",
        "63k",
        "140737488355329",
        "131073g",
        "134217729m",
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551616",
        "8589934592g",
        "17179869184g",
        "99999999999999999999999999999999g");
  }

  static Stream<String> refusedPoolSizes() {
    return Stream.concat(malformedSizes(), poolSizesOutOfRange());
  }

  static Stream<String> unknownStrategies() {
    return Stream.of(
        "",
        " ",
        "fail",
        "panic ",
        " error",
        "error-return",
        "errorreturn",
        "error return",
        "fallback1",
        "0",
        "PANIC|ERROR",
        "null",
        "default");
  }

  @ParameterizedTest
  @MethodSource("refusedPoolSizes")
  void poolSizeInTheEnvironmentIsRefusedByName(String value) {
    environment.put("ENGRAM_ARENA_SIZE", value);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ArenaConfig.builder(source).build())
        .withMessageContainingAll(
            "ENGRAM_ARENA_SIZE", '"' + value + '"', "65536", "140737488355328");
  }

  @ParameterizedTest
  @MethodSource("refusedPoolSizes")
  void poolSizeInAPropertyIsRefusedByName(String value) {
    properties.put("engram.arena.size", value);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ArenaConfig.builder(source).build())
        .withMessageContainingAll(
            "engram.arena.size", '"' + value + '"', "65536", "140737488355328");
  }

  @ParameterizedTest
  @MethodSource("refusedPoolSizes")
  void poolSizeInCodeIsRefusedAtOnce(String value) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ArenaConfig.builder().poolSize(value))
        .withMessageContainingAll("poolSize", '"' + value + '"', "65536", "140737488355328");
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MIN_VALUE, -1, 0, 65535, 140737488355329L, Long.MAX_VALUE})
  void poolSizeInBytesOutOfRangeIsRefused(long bytes) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ArenaConfig.builder().poolSizeBytes(bytes))
        .withMessageContainingAll("poolSizeBytes", Long.toString(bytes), "65536");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ArenaConfig(bytes, OverflowStrategy.PANIC, 0))
        .withMessageContainingAll("poolSizeBytes", Long.toString(bytes), "65536");
  }

  @ParameterizedTest
  @MethodSource("malformedSizes")
  void maxFallbackIsRefusedByNameWhereverItComesFrom(String value) {
    environment.put("ENGRAM_ARENA_MAX_FALLBACK", value);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ArenaConfig.builder(source).build())
        .withMessageContainingAll("ENGRAM_ARENA_MAX_FALLBACK", '"' + value + '"', "0 to");
    properties.put("engram.arena.max_fallback", value);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ArenaConfig.builder(source).build())
        .withMessageContainingAll("engram.arena.max_fallback", '"' + value + '"', "0 to");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ArenaConfig.builder().maxFallback(value))
        .withMessageContainingAll("maxFallback", '"' + value + '"', "0 to");
  }

  @Test
  void negativeMaxFallbackBytesIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ArenaConfig.builder().maxFallbackBytes(-1))
        .withMessageContainingAll("maxFallbackBytes", "-1", "0 to");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ArenaConfig(1 << 20, OverflowStrategy.PANIC, -1))
        .withMessageContainingAll("maxFallbackBytes", "-1", "0 to");
  }

  @ParameterizedTest
  @MethodSource("unknownStrategies")
  void strategyIsRefusedByNameWhereverItComesFrom(String value) {
    environment.put("ENGRAM_ARENA_OVERFLOW", value);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ArenaConfig.builder(source).build())
        .withMessageContainingAll(
            "ENGRAM_ARENA_OVERFLOW", '"' + value + '"', "panic", "error", "fallback");
    properties.put("engram.arena.overflow", value);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ArenaConfig.builder(source).build())
        .withMessageContainingAll(
            "engram.arena.overflow", '"' + value + '"', "panic", "error", "fallback");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> OverflowStrategy.parse(value))
        .withMessageContainingAll('"' + value + '"', "panic", "error", "fallback");
  }

  @ParameterizedTest
  @CsvSource({
    "65536, 65536",
    "64k, 65536",
    "64K, 65536",
    "1m, 1048576",
    "0002M, 2097152",
    "1g, 1073741824",
    "1G, 1073741824",
    "131072g, 140737488355328",
    "140737488355328, 140737488355328",
    "100000, 100000"
  })
  void sizesAreBinaryAndUnitsAreOfAnyCase(String text, long bytes) {
    assertThat(ArenaConfig.builder(source).poolSize(text).build().poolSizeBytes()).isEqualTo(bytes);
  }

  @ParameterizedTest
  @CsvSource({
    "panic, PANIC",
    "PANIC, PANIC",
    "error, ERROR_RETURN",
    "Error, ERROR_RETURN",
    "error_return, ERROR_RETURN",
    "ERROR_RETURN, ERROR_RETURN",
    "FallBack, FALLBACK"
  })
  void strategiesAreOfAnyCase(String text, OverflowStrategy strategy) {
    environment.put("ENGRAM_ARENA_OVERFLOW", text);
    assertThat(ArenaConfig.builder(source).build().overflow()).isEqualTo(strategy);
  }

  @Test
  void whatNothingSetsIsTheDefault() {
    assertThat(ArenaConfig.builder(source).build())
        .isEqualTo(new ArenaConfig(1 << 20, OverflowStrategy.ERROR_RETURN, 1 << 30));
  }

  @Test
  void codeWinsOverPropertyWinsOverEnvironment() {
    environment.put("ENGRAM_ARENA_SIZE", "1m");
    environment.put("ENGRAM_ARENA_OVERFLOW", "panic");
    environment.put("ENGRAM_ARENA_MAX_FALLBACK", "10");
    properties.put("engram.arena.size", "2m");
    properties.put("engram.arena.overflow", "fallback");
    assertThat(ArenaConfig.builder(source).poolSize("4m").build())
        .isEqualTo(new ArenaConfig(4 << 20, OverflowStrategy.FALLBACK, 10));
    assertThat(ArenaConfig.builder(source).maxFallbackBytes(20).build())
        .isEqualTo(new ArenaConfig(2 << 20, OverflowStrategy.FALLBACK, 20));
  }

  @Test
  void whatCodeSetsIsNotLookedUp() {
    environment.put("ENGRAM_ARENA_SIZE", "banana");
    environment.put("ENGRAM_ARENA_OVERFLOW", "banana");
    environment.put("ENGRAM_ARENA_MAX_FALLBACK", "banana");
    ArenaConfig config =
        ArenaConfig.builder(source)
            .poolSizeBytes(1 << 17)
            .overflow(OverflowStrategy.FALLBACK)
            .maxFallback("0")
            .build();
    assertThat(config).isEqualTo(new ArenaConfig(1 << 17, OverflowStrategy.FALLBACK, 0));
  }

  @Test
  void malformedSettingsAreRefusedOnEveryUseUntilTheyAreMended() {
    environment.put("ENGRAM_ARENA_SIZE", "banana");
    ArenaGroup group = new ArenaGroup(source);
    List<Runnable> uses =
        List.of(
            group::openScope,
            group::config,
            group::stats,
            group::threadStats,
            group::resetArenas,
            group::resetMetrics);
    for (int attempt = 0; attempt < 2; attempt++) {
      for (Runnable use : uses) {
        assertThatIllegalArgumentException()
            .isThrownBy(use::run)
            .withMessageContainingAll("ENGRAM_ARENA_SIZE", "banana");
      }
    }
    environment.put("ENGRAM_ARENA_SIZE", "128k");
    assertThat(group.config().poolSizeBytes()).isEqualTo(128 << 10);
  }

  @Test
  void configureMendsMalformedSettings() {
    properties.put("engram.arena.overflow", "banana");
    ArenaGroup group = new ArenaGroup(source);
    group.configure(new ArenaConfig(1 << 17, OverflowStrategy.FALLBACK, 5));
    assertThat(group.config()).isEqualTo(new ArenaConfig(1 << 17, OverflowStrategy.FALLBACK, 5));
  }

  @Test
  void poolSizeThatTheSystemCannotReserveIsRefusedAndTheSettingsStay() {
    ArenaConfig before = ArenaControl.config();
    ArenaConfig tooLarge = ArenaConfig.builder().poolSizeBytes(128L << 40).build();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ArenaControl.configure(tooLarge))
        .withMessageContainingAll("engram.arena.size", "140737488355328", "system");
    assertThat(ArenaControl.config()).isEqualTo(before);
  }

  @Test
  void limitsAreThoseOfTheNativeHeader() {
    assertThat(ArenaConfig.POOL_SIZE_BYTES_MIN)
        .isEqualTo(engram_arena_h.ENGRAM_POOL_SIZE_BYTES_MIN());
    assertThat(ArenaConfig.POOL_SIZE_BYTES_MAX)
        .isEqualTo(engram_arena_h.ENGRAM_POOL_SIZE_BYTES_MAX());
    assertThat(ArenaScope.ALIGNMENT_BYTES_MAX)
        .isEqualTo(engram_arena_h.ENGRAM_ALIGNMENT_BYTES_MAX());
  }

  @Test
  @SuppressWarnings("NullAway") // Null is what is tested.
  void nullIsRefusedByName() {
    assertThatNullPointerException()
        .isThrownBy(() -> ArenaControl.configure(null))
        .withMessage("config");
    assertThatNullPointerException()
        .isThrownBy(() -> ArenaConfig.builder().poolSize(null))
        .withMessage("poolSize");
    assertThatNullPointerException()
        .isThrownBy(() -> ArenaConfig.builder().overflow(null))
        .withMessage("overflow");
    assertThatNullPointerException()
        .isThrownBy(() -> new ArenaConfig(1 << 20, null, 0))
        .withMessage("overflow");
  }
}

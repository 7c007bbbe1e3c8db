package dev.engram.arena;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.engram.arena.ffi.engram_arena_h;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(DefaultConfiguration.class)
class ArenaConfigTest {
  /** Different from the default in every setting but one switch. */
  private static final ArenaConfig OTHER =
      new ArenaConfig(
          3 << 20,
          OverflowStrategy.FALLBACK,
          5 << 20,
          64 << 20,
          HugePages.TRANSPARENT,
          true,
          false,
          AbandonedScopes.ALL);

  private final Map<String, String> properties = new HashMap<>();
  private final Map<String, String> environment = new HashMap<>();
  private final SettingsSource source = new SettingsSource(properties::get, environment::get);

  @ParameterizedTest
  @ValueSource(
      strings = {
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
        "99999999999999999999999999999999g"
      })
  void poolSizeOutOfRangeIsRefusedByNameWhereverItComesFrom(String value) {
    environment.put("ENGRAM_ARENA_SIZE", value);
    assertRefused("ENGRAM_ARENA_SIZE", value, () -> ArenaConfig.builder(source).build());
    properties.put("engram.arena.size", value);
    assertRefused("engram.arena.size", value, () -> ArenaConfig.builder(source).build());
    assertRefused("poolSize", value, () -> ArenaConfig.builder().poolSize(value).build());
  }

  private static void assertRefused(String name, String value, Supplier<ArenaConfig> use) {
    assertThatIllegalArgumentException()
        .isThrownBy(use::get)
        .withMessageContainingAll(name, '"' + value + '"', "65536", "140737488355328");
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MIN_VALUE, -1, 0, 65535, 140737488355329L, Long.MAX_VALUE})
  void poolSizeInBytesOutOfRangeIsRefused(long bytes) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ArenaConfig.builder().poolSizeBytes(bytes))
        .withMessageContainingAll("poolSizeBytes", Long.toString(bytes), "65536");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DefaultConfiguration.with(bytes, OverflowStrategy.PANIC, 0))
        .withMessageContainingAll("poolSizeBytes", Long.toString(bytes), "65536");
  }

  @Test
  void negativeMaxFallbackBytesIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ArenaConfig.builder().maxFallbackBytes(-1))
        .withMessageContainingAll("maxFallbackBytes", "-1", "0 to");
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MIN_VALUE, -1, 0, 65535})
  void maxTotalBelowTheSmallestArenaIsRefused(long bytes) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ArenaConfig.builder().maxTotalBytes(bytes))
        .withMessageContainingAll("maxTotalBytes", Long.toString(bytes), "65536");
  }

  @Test
  void maxTotalBelowTheCapacityOfOneArenaIsRefusedByBothNames() {
    properties.put("engram.arena.max_total", "2m");
    environment.put("ENGRAM_ARENA_SIZE", "2m");
    assertThat(ArenaConfig.builder(source).build().maxTotalBytes()).isEqualTo(2 << 20);
    environment.put("ENGRAM_ARENA_SIZE", "2097153");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ArenaConfig.builder(source).build())
        .withMessageContainingAll(
            "engram.arena.max_total",
            "ENGRAM_ARENA_MAX_TOTAL",
            "ArenaConfig.maxTotalBytes",
            "2097152",
            "2097153",
            "engram.arena.size");
  }

  @Test
  void explicitHugePagesAreRoundedUpBeforeTheyAreComparedWithMaxTotal() {
    ArenaConfig.Builder builder =
        ArenaConfig.builder(source).poolSize("1m").maxTotalBytes((2 << 20) - 1);
    assertThat(builder.hugePages(HugePages.TRANSPARENT).build().poolSizeBytes()).isEqualTo(1 << 20);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.hugePages(HugePages.EXPLICIT).build())
        .withMessageContainingAll("2097151", "2097152", "engram.arena.max_total");
    assertThat(builder.maxTotalBytes(2 << 20).build().hugePages()).isEqualTo(HugePages.EXPLICIT);
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
    assertThat(ArenaConfig.builder(source).poolSize("64k").maxTotal(text).build().maxTotalBytes())
        .isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"unlimited", "UNLIMITED", "Unlimited", "9223372036854775807"})
  void noLimitHasAName(String text) {
    environment.put("ENGRAM_ARENA_MAX_TOTAL", text);
    assertThat(ArenaConfig.builder(source).build().maxTotalBytes()).isEqualTo(Long.MAX_VALUE);
    assertThat(ArenaConfig.builder(source).maxTotal(text).build().maxTotalBytes())
        .isEqualTo(Long.MAX_VALUE);
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

  @ParameterizedTest
  @CsvSource({"auto, AUTO", "Off, OFF", "TRANSPARENT, TRANSPARENT", "explicit, EXPLICIT"})
  void hugePagesAreOfAnyCase(String text, HugePages choice) {
    environment.put("ENGRAM_ARENA_HUGE_PAGES", text);
    environment.put("ENGRAM_ARENA_MAX_TOTAL", "2m");
    assertThat(ArenaConfig.builder(source).build().hugePages()).isEqualTo(choice);
    assertThat(HugePages.parse(text)).isEqualTo(choice);
  }

  @ParameterizedTest
  @CsvSource({"off, OFF", "Sampled, SAMPLED", "ALL, ALL"})
  void abandonedScopesAreOfAnyCase(String text, AbandonedScopes choice) {
    environment.put("ENGRAM_ARENA_ABANDONED_SCOPES", text);
    assertThat(ArenaConfig.builder(source).build().abandonedScopes()).isEqualTo(choice);
    assertThat(AbandonedScopes.parse(text)).isEqualTo(choice);
  }

  @Test
  void whatNothingSetsIsTheDefault() {
    assertThat(ArenaConfig.builder(source).build()).isEqualTo(DefaultConfiguration.DEFAULT);
  }

  @Test
  void codeWinsOverPropertyWinsOverEnvironmentInEverySetting() {
    set(environment, Setting::variable, "2m", "panic", "10", "8m", "off", "false", "true", "off");
    assertThat(ArenaConfig.builder(source).build())
        .isEqualTo(
            new ArenaConfig(
                2 << 20,
                OverflowStrategy.PANIC,
                10,
                8 << 20,
                HugePages.OFF,
                false,
                true,
                AbandonedScopes.OFF));

    set(
        properties,
        Setting::property,
        "4m",
        "error",
        "20",
        "unlimited",
        "explicit",
        "true",
        "false",
        "sampled");
    assertThat(ArenaConfig.builder(source).build())
        .isEqualTo(
            new ArenaConfig(
                4 << 20,
                OverflowStrategy.ERROR_RETURN,
                20,
                Long.MAX_VALUE,
                HugePages.EXPLICIT,
                true,
                false,
                AbandonedScopes.SAMPLED));

    assertThat(setEverything(ArenaConfig.builder(source)).build()).isEqualTo(OTHER);
    properties.put("engram.arena.zero_on_reset", "false");
    properties.put("engram.arena.pre_touch", "true");
    assertThat(setEverything(ArenaConfig.builder(source)).build()).isEqualTo(OTHER);
  }

  /** One value for each setting that a configuration has, in their order. */
  private static void set(
      Map<String, String> source, Function<Setting, String> name, String... values) {
    Set<Setting> settings = EnumSet.complementOf(EnumSet.of(Setting.KERNELS_LEVEL, Setting.JMX));
    assertThat(values).hasSameSizeAs(settings);
    Iterator<String> value = List.of(values).iterator();
    for (Setting setting : settings) {
      source.put(name.apply(setting), value.next());
    }
  }

  @Test
  void whatCodeSetsIsNotLookedUp() {
    for (Setting setting : Setting.values()) {
      environment.put(setting.variable(), "banana");
    }
    assertThat(setEverything(ArenaConfig.builder(source)).build()).isEqualTo(OTHER);
  }

  private static ArenaConfig.Builder setEverything(ArenaConfig.Builder builder) {
    return builder
        .poolSizeBytes(3 << 20)
        .overflow(OverflowStrategy.FALLBACK)
        .maxFallback("5m")
        .maxTotal("64m")
        .hugePages(HugePages.TRANSPARENT)
        .zeroOnReset(true)
        .preTouch(false)
        .abandonedScopes(AbandonedScopes.ALL);
  }

  @Test
  void readmeHasARowForEverySetting() throws IOException {
    Path readme = Path.of(System.getProperty("basedir", "."), "..", "README.md");
    List<String> rows =
        Files.readAllLines(readme).stream().filter(line -> line.startsWith("|")).toList();
    for (Setting setting : Setting.values()) {
      assertThat(rows)
          .filteredOn(row ->
              row.contains("| `" + setting.property() + "` |")
                  && row.contains("| `" + setting.variable() + "` |"))
          .as(setting.name())
          .hasSize(1);
    }
  }

  @Test
  void settingsAsPropertiesAreTheSettings() {
    ArenaConfig.Builder builder = ArenaConfig.builder(source);
    OTHER.toProperties().forEach(builder::set);
    assertThat(builder.build()).isEqualTo(OTHER);
    properties.putAll(OTHER.toProperties());
    assertThat(ArenaConfig.builder(source).build()).isEqualTo(OTHER);
    assertThat(DefaultConfiguration.DEFAULT.toProperties())
        .containsEntry("engram.arena.size", "1048576")
        .containsEntry("engram.arena.overflow", "error_return")
        .containsEntry("engram.arena.max_total", "unlimited")
        .hasSize(Setting.values().length - 2);
  }

  @Test
  void aSettingThatThereIsNotIsRefused() {
    for (String name : List.of("engram.arena.colour", "ENGRAM_ARENA_SIZE", "engram.arena.jmx")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> ArenaConfig.builder().set(name, "true"))
          .withMessageContainingAll(name, "engram.arena.size", "engram.arena.abandoned_scopes");
    }
  }

  @Test
  void aBuilderOfSettingsHasThemAll() {
    assertThat(OTHER.toBuilder().build()).isEqualTo(OTHER);
    assertThat(OTHER.toBuilder().poolSize("4m").build().poolSizeBytes()).isEqualTo(4 << 20);
  }

  @Test
  void settingsInForceAreReadBackAsTheyWereSet() {
    ArenaControl.configure(OTHER);
    assertThat(ArenaControl.config()).isEqualTo(OTHER);
    ArenaConfig explicit =
        DefaultConfiguration.DEFAULT.toBuilder()
            .hugePages(HugePages.EXPLICIT)
            .maxTotalBytes((2 << 20) + 1)
            .preTouch(true)
            .abandonedScopes(AbandonedScopes.OFF)
            .build();
    ArenaControl.configure(explicit);
    assertThat(ArenaControl.config()).isEqualTo(explicit);
  }

  @Test
  void configureMendsMalformedSettings() {
    properties.put("engram.arena.overflow", "banana");
    ArenaGroup group = new ArenaGroup(source);
    group.configure(OTHER);
    assertThat(group.config()).isEqualTo(OTHER);
  }

  @Test
  void poolSizeThatTheSystemCannotReserveIsRefusedAndTheSettingsStay() {
    ArenaConfig before = ArenaControl.config();
    ArenaConfig tooLarge =
        OTHER.toBuilder().poolSizeBytes(128L << 40).maxTotal("unlimited").build();
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
    assertRefusesNull("config", () -> ArenaControl.configure(null));
    assertRefusesNull("listener", () -> ArenaControl.onOverflow(null));
    assertRefusesNull("poolSize", () -> ArenaConfig.builder().poolSize(null));
    assertRefusesNull("maxFallback", () -> ArenaConfig.builder().maxFallback(null));
    assertRefusesNull("maxTotal", () -> ArenaConfig.builder().maxTotal(null));
    assertRefusesNull("overflow", () -> ArenaConfig.builder().overflow(null));
    assertRefusesNull("hugePages", () -> ArenaConfig.builder().hugePages(null));
    assertRefusesNull("abandonedScopes", () -> ArenaConfig.builder().abandonedScopes(null));
    assertRefusesNull(
        "overflow",
        () ->
            new ArenaConfig(
                1 << 20,
                null,
                0,
                Long.MAX_VALUE,
                HugePages.AUTO,
                false,
                false,
                AbandonedScopes.OFF));
  }

  private static void assertRefusesNull(String name, Runnable use) {
    assertThatNullPointerException().isThrownBy(Objects.requireNonNull(use)::run).withMessage(name);
  }
}

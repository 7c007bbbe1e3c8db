package dev.engram.arena;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Values that no setting takes, by environment, by property and in code. */
class SettingsRefusalTest {
  private static final List<String> NO_SIZES =
      List.of(
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
          "0b100",
          "auto",
          "unlimited1",
          "9223372036854775808",
          "18446744073709551616",
          "8589934592g",
          "17179869184g",
          "99999999999999999999999999999999g");

  private static final List<String> NO_WORDS =
      List.of(
          "",
          " ",
          "panic ",
          " error",
          "error-return",
          "errorreturn",
          "error return",
          "fallback1",
          "0",
          "1",
          "-1",
          "3",
          "PANIC|ERROR",
          "null",
          "default",
          "fail",
          "yes",
          "no",
          "on",
          "enabled",
          "off\u0000",
          "off\n",
          "\toff",
          "auto,off",
          "autoo",
          "aut",
          "\uff4fff",
          "o\ufb00",
          "\u0430uto",
          "transparent_huge_pages",
          "explicit2m",
          "sampled:10",
          "10%",
          "all!",
          "any",
          "none",
          "always",
          "madvise",
          "never",
          "\"off\"",
          "'all'",
          "true;",
          "tru",
          "TRUE",
          "False",
          "t",
          "f");

  /** The settings by their names, spelled out here, not taken from what is tested. */
  private static final List<Given> GIVEN =
      List.of(
          new Given(
              "engram.arena.size",
              "ENGRAM_ARENA_SIZE",
              "poolSize",
              text -> ArenaConfig.builder().poolSize(text),
              "1m",
              NO_SIZES,
              List.of("65536", "140737488355328")),
          new Given(
              "engram.arena.max_fallback",
              "ENGRAM_ARENA_MAX_FALLBACK",
              "maxFallback",
              text -> ArenaConfig.builder().maxFallback(text),
              "1m",
              NO_SIZES,
              List.of("0 to 9223372036854775807")),
          new Given(
              "engram.arena.max_total",
              "ENGRAM_ARENA_MAX_TOTAL",
              "maxTotal",
              text -> ArenaConfig.builder().maxTotal(text),
              "1m",
              NO_SIZES,
              List.of("65536 to 9223372036854775807", "unlimited")),
          new Given(
              "engram.arena.overflow",
              "ENGRAM_ARENA_OVERFLOW",
              "overflow strategy",
              OverflowStrategy::parse,
              "fallback",
              NO_WORDS,
              List.of("panic", "error", "fallback")),
          new Given(
              "engram.arena.huge_pages",
              "ENGRAM_ARENA_HUGE_PAGES",
              "huge pages",
              HugePages::parse,
              "transparent",
              NO_WORDS,
              List.of("auto, off, transparent and explicit")),
          new Given(
              "engram.arena.abandoned_scopes",
              "ENGRAM_ARENA_ABANDONED_SCOPES",
              "abandoned scopes",
              AbandonedScopes::parse,
              "sampled",
              NO_WORDS,
              List.of("off, sampled and all")),
          new Given(
              "engram.arena.zero_on_reset",
              "ENGRAM_ARENA_ZERO_ON_RESET",
              "zeroOnReset",
              text -> Words.parseBoolean("zeroOnReset", text),
              "true",
              NO_WORDS,
              List.of("true or false")),
          new Given(
              "engram.arena.pre_touch",
              "ENGRAM_ARENA_PRE_TOUCH",
              "preTouch",
              text -> Words.parseBoolean("preTouch", text),
              "true",
              NO_WORDS,
              List.of("true or false")),
          new Given(
              "engram.kernels.level",
              "ENGRAM_KERNELS_LEVEL",
              "kernel level",
              text -> Words.parse("kernel level", text, CpuLevel.values(), CpuLevel::word),
              ArenaControl.cpuLevel().word(),
              NO_WORDS,
              List.of("v2, v3, v4 and neon")),
          new Given(
              "engram.arena.jmx",
              "ENGRAM_ARENA_JMX",
              "jmx",
              text -> Words.parseBoolean("jmx", text),
              "false",
              NO_WORDS,
              List.of("true or false")));

  /**
   * A setting.
   *
   * @param nameInCode what a refusal calls it where code gave the value
   * @param code what takes the value in code
   * @param allowed what a refusal says
   */
  record Given(
      String property,
      String variable,
      String nameInCode,
      Consumer<String> code,
      String wellFormed,
      List<String> malformed,
      List<String> allowed) {

    @Override
    public String toString() {
      return property;
    }

    void assertRefusedInTheEnvironment(String value) {
      assertRefused(variable, value, () -> build(Map.of(), Map.of(variable, value)));
    }

    void assertRefusedAsAProperty(String value) {
      assertRefused(property, value, () -> build(Map.of(property, value), Map.of()));
      // The property hides the variable, well-formed or not.
      assertRefused(
          property, value, () -> build(Map.of(property, value), Map.of(variable, wellFormed)));
    }

    void assertRefusedInCode(String value) {
      assertRefused(nameInCode, value, () -> code.accept(value));
    }

    private void assertRefused(String name, String value, Runnable use) {
      assertThatIllegalArgumentException()
          .isThrownBy(use::run)
          .withMessageStartingWith(name + " is \"" + value + "\"; allowed ")
          .satisfies(refusal -> assertThat(refusal.getMessage()).contains(allowed));
    }
  }

  static Stream<Given> given() {
    return GIVEN.stream();
  }

  static Stream<Arguments> malformed() {
    return given()
        .flatMap(given -> given.malformed.stream().map(value -> Arguments.of(given, value)));
  }

  @ParameterizedTest
  @MethodSource("malformed")
  void malformedValueInTheEnvironmentIsRefusedByName(Given given, String value) {
    given.assertRefusedInTheEnvironment(value);
  }

  @ParameterizedTest
  @MethodSource("malformed")
  void malformedValueOfAPropertyIsRefusedByName(Given given, String value) {
    given.assertRefusedAsAProperty(value);
  }

  @ParameterizedTest
  @MethodSource("malformed")
  void malformedValueInCodeIsRefusedAtOnce(Given given, String value) {
    given.assertRefusedInCode(value);
  }

  /** So that the three above could fail. */
  @ParameterizedTest
  @MethodSource("given")
  void controlWellFormedValueFailsTheTestsOfMalformedOnes(Given given) {
    String value = given.wellFormed;
    assertThatThrownBy(() -> given.assertRefusedInTheEnvironment(value))
        .isInstanceOf(AssertionError.class);
    assertThatThrownBy(() -> given.assertRefusedAsAProperty(value))
        .isInstanceOf(AssertionError.class);
    assertThatThrownBy(() -> given.assertRefusedInCode(value)).isInstanceOf(AssertionError.class);
  }

  @Test
  void everySettingIsTried() {
    assertThat(GIVEN.stream().map(Given::property))
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(Setting.values()).map(Setting::property).toList());
    assertThat(NO_SIZES).hasSizeGreaterThanOrEqualTo(40);
    assertThat(NO_WORDS).hasSizeGreaterThanOrEqualTo(40).doesNotHaveDuplicates();
    assertThat(NO_SIZES).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @MethodSource("given")
  void malformedSettingIsRefusedOnEveryUseUntilItIsMended(Given given) {
    CpuLevel levelBefore = ArenaControl.cpuLevel();
    Map<String, String> environment = new HashMap<>(Map.of(given.variable, "banana"));
    ArenaGroup group = new ArenaGroup(new SettingsSource(name -> null, environment::get));
    List<Runnable> uses =
        List.of(
            group::openScope,
            group::config,
            group::stats,
            group::threadStats,
            group::cpuLevel,
            group::resetArenas,
            group::trim,
            group::resetMetrics);
    for (int attempt = 0; attempt < 2; attempt++) {
      for (Runnable use : uses) {
        given.assertRefused(given.variable, "banana", use);
      }
    }
    environment.put(given.variable, given.wellFormed);
    assertThat(group.config()).isEqualTo(build(Map.of(), Map.of(given.variable, given.wellFormed)));
    ArenaControl.configure(DefaultConfiguration.DEFAULT);
    KernelLevel.limit(levelBefore);
  }

  private static ArenaConfig build(
      Map<String, String> properties, Map<String, String> environment) {
    SettingsSource settings = new SettingsSource(properties::get, environment::get);
    ArenaConfig config = ArenaConfig.builder(settings).build();
    KernelLevel.wanted(settings);
    Jmx.askedBy(settings);
    return config;
  }
}

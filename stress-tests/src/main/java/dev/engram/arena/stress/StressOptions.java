package dev.engram.arena.stress;

import dev.engram.arena.ArenaConfig;
import dev.engram.arena.OverflowStrategy;
import dev.engram.arena.stress.scenario.Scenario;
import dev.engram.arena.stress.scenario.StressSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options as they were typed, and what they mean. What is left open is up to the scenario. */
final class StressOptions {
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,6})(ms|s|m|h)");

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads that work at the same time.")
  private @Nullable Integer threads;

  @Option(names = "--iterations", paramLabel = "N", description = "Operations of each thread.")
  private @Nullable Long iterations;

  @Option(
      names = "--duration",
      paramLabel = "TIME",
      description = "How long each thread goes on, instead of iterations: 500ms, 20s, 5m, 1h.")
  private @Nullable String duration;

  @Option(names = "--dim", paramLabel = "N", description = "Floats in each vector.")
  private @Nullable Integer dimensions;

  @Option(
      names = "--candidates",
      paramLabel = "N",
      description = "Candidates that a query is compared with in one operation.")
  private @Nullable Integer candidates;

  @Option(
      names = "--pool-size",
      paramLabel = "SIZE",
      description =
          "Capacity of each arena, in bytes or as 512k, 2m, 1g. If not given: engram.arena.size,"
              + " else ENGRAM_ARENA_SIZE, else the scenario's default.")
  private @Nullable String poolSize;

  @Option(
      names = "--overflow",
      paramLabel = "STRATEGY",
      description =
          "What happens to an allocation that does not fit: error, fallback or panic. If not given:"
              + " engram.arena.overflow, else ENGRAM_ARENA_OVERFLOW, else the scenario's default.")
  private @Nullable String overflow;

  @Mixin private final SeedOption seed = new SeedOption();

  @Option(
      names = "--vectors",
      paramLabel = "FILE.npy",
      description = "Takes the vectors from the rows of a float32 matrix.")
  private @Nullable Path vectors;

  @Option(
      names = "--record",
      description = "Has what --report records in the file of --json, without a page.")
  private boolean record;

  @Nullable Path vectorFile() {
    return vectors;
  }

  boolean record() {
    return record;
  }

  /** Floats in each vector that is generated. */
  int dimensions(Scenario.Defaults defaults) {
    return positive("--dim", dimensions == null ? defaults.dimensions() : dimensions);
  }

  /** The settings for vectors from a file or a generator, which have that many floats. */
  StressSettings settings(Scenario.Defaults defaults, int vectorDimensions) {
    if (dimensions != null && dimensions != vectorDimensions) {
      throw new UsageException(
          "--dim is %d, but the vectors of %s have %d floats"
              .formatted(dimensions, vectors, vectorDimensions));
    }
    return new StressSettings(
        positive("--threads", threads == null ? defaults.threads() : threads),
        positive("--iterations", iterations == null ? defaults.iterations() : iterations),
        duration(defaults),
        vectorDimensions,
        positive("--candidates", candidates == null ? defaults.candidates() : candidates),
        arenas(defaults),
        seed.value(),
        vectors);
  }

  /** Refuses options on vectors, for a scenario that compares none. */
  void refuseVectors(String scenario) {
    if (dimensions != null || candidates != null || vectors != null) {
      throw new UsageException(
          "%s compares no vectors; leave out --dim, --candidates and --vectors"
              .formatted(scenario));
    }
  }

  private @Nullable Duration duration(Scenario.Defaults defaults) {
    if (duration != null) {
      return parseDuration(duration);
    }
    return iterations == null ? defaults.duration() : null;
  }

  private ArenaConfig arenas(Scenario.Defaults defaults) {
    ArenaConfig.Builder builder = ArenaConfig.builder();
    if (poolSize != null) {
      String size = poolSize;
      refuseAs("--pool-size", () -> builder.poolSize(size));
    } else if (!isSet("engram.arena.size", "ENGRAM_ARENA_SIZE")) {
      builder.poolSizeBytes(defaults.poolSizeBytes());
    }
    if (overflow != null) {
      String strategy = overflow;
      refuseAs("--overflow", () -> builder.overflow(OverflowStrategy.parse(strategy)));
    } else if (!isSet("engram.arena.overflow", "ENGRAM_ARENA_OVERFLOW")) {
      builder.overflow(defaults.overflow());
    }
    try {
      return builder.build();
    } catch (IllegalArgumentException e) {
      throw new UsageException(e);
    }
  }

  /** The library's own default is not what a scenario may want; what the user has set is. */
  private static boolean isSet(String property, String variable) {
    return System.getProperty(property) != null || System.getenv(variable) != null;
  }

  private static void refuseAs(String option, Runnable setting) {
    try {
      setting.run();
    } catch (IllegalArgumentException e) {
      throw new UsageException(option + ": " + e.getMessage(), e);
    }
  }

  static Duration parseDuration(String text) {
    Matcher matcher = DURATION.matcher(text);
    Duration duration = matcher.matches() ? duration(matcher) : Duration.ZERO;
    if (!duration.isPositive()) {
      throw new UsageException(
          "--duration is \"%s\"; allowed is a number from 1 to 999999 with ms, s, m or h behind it"
              .formatted(text));
    }
    return duration;
  }

  private static Duration duration(Matcher matcher) {
    long count = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(count);
      case "s" -> Duration.ofSeconds(count);
      case "m" -> Duration.ofMinutes(count);
      default -> Duration.ofHours(count);
    };
  }

  private static int positive(String option, int value) {
    return (int) positive(option, (long) value);
  }

  private static long positive(String option, long value) {
    if (value < 1) {
      throw new UsageException("%s is %d; allowed is 1 or more".formatted(option, value));
    }
    return value;
  }
}

package dev.engram.arena;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Settings of the process's arenas. Immutable.
 *
 * <p>What a {@linkplain Builder builder} leaves open is resolved when it builds, from the first of
 * these that gives it:
 *
 * <table>
 * <caption>Settings</caption>
 * <tr><th>setting</th><th>system property</th><th>environment</th><th>default</th></tr>
 * <tr><td>{@link #poolSizeBytes}</td><td>{@code engram.arena.size}</td>
 *     <td>{@code ENGRAM_ARENA_SIZE}</td><td>1 MiB</td></tr>
 * <tr><td>{@link #overflow}</td><td>{@code engram.arena.overflow}</td>
 *     <td>{@code ENGRAM_ARENA_OVERFLOW}</td><td>{@code error}</td></tr>
 * <tr><td>{@link #maxFallbackBytes}</td><td>{@code engram.arena.max_fallback}</td>
 *     <td>{@code ENGRAM_ARENA_MAX_FALLBACK}</td><td>1 GiB</td></tr>
 * <tr><td>{@link #maxTotalBytes}</td><td>{@code engram.arena.max_total}</td>
 *     <td>{@code ENGRAM_ARENA_MAX_TOTAL}</td><td>{@code unlimited}</td></tr>
 * <tr><td>{@link #hugePages}</td><td>{@code engram.arena.huge_pages}</td>
 *     <td>{@code ENGRAM_ARENA_HUGE_PAGES}</td><td>{@code auto}</td></tr>
 * <tr><td>{@link #zeroOnReset}</td><td>{@code engram.arena.zero_on_reset}</td>
 *     <td>{@code ENGRAM_ARENA_ZERO_ON_RESET}</td><td>{@code false}</td></tr>
 * <tr><td>{@link #preTouch}</td><td>{@code engram.arena.pre_touch}</td>
 *     <td>{@code ENGRAM_ARENA_PRE_TOUCH}</td><td>{@code false}</td></tr>
 * <tr><td>{@link #abandonedScopes}</td><td>{@code engram.arena.abandoned_scopes}</td>
 *     <td>{@code ENGRAM_ARENA_ABANDONED_SCOPES}</td><td>{@code sampled}</td></tr>
 * </table>
 *
 * <p>Sizes are written as decimal digits, with an optional unit {@code k}, {@code m} or {@code g}
 * directly behind them, in upper or lower case, for 1024, 1024<sup>2</sup> or 1024<sup>3</sup>
 * bytes: {@code 2097152}, {@code 2048k} and {@code 2M} are the same. Nothing else is a size: no
 * sign, space, fraction, digit separator or other unit. Where no limit is allowed it is written as
 * {@code unlimited}. Switches are {@code true} or {@code false}. Strategies, huge pages and the
 * watch over abandoned scopes are written as {@link OverflowStrategy#parse}, {@link
 * HugePages#parse} and {@link AbandonedScopes#parse} say. What cannot be understood or honoured is
 * refused with an {@link IllegalArgumentException} that names the setting, its value and what is
 * allowed; it is never replaced by something else.
 *
 * @param poolSizeBytes capacity of each arena, 64 KiB to 128 TiB. Address space is reserved for all
 *     of it, memory is used only for what has been touched. 1 MiB to 100 MiB is the everyday range;
 *     {@link #recommendedPoolSizeBytes} works one out
 * @param overflow what happens to an allocation that does not fit
 * @param maxFallbackBytes most bytes that may be held from the system under {@link
 *     OverflowStrategy#FALLBACK}, by all arenas of the process together, 0 or more
 * @param maxTotalBytes most bytes that all arenas of the process, by their capacity, and what they
 *     hold under {@link OverflowStrategy#FALLBACK} may come to together; {@link Long#MAX_VALUE} for
 *     no limit. At least the capacity of one arena
 * @param hugePages which pages are huge
 * @param zeroOnReset whether what was used is wiped whenever it is given back, so that nothing of
 *     it stays in memory. Segments are zeroed when they are allocated in any case
 * @param preTouch whether an arena has physical memory for all of its capacity from the start, so
 *     that first uses do not wait for the system
 * @param abandonedScopes how many scopes are watched for being abandoned
 */
public record ArenaConfig(
    long poolSizeBytes,
    OverflowStrategy overflow,
    long maxFallbackBytes,
    long maxTotalBytes,
    HugePages hugePages,
    boolean zeroOnReset,
    boolean preTouch,
    AbandonedScopes abandonedScopes) {
  static final long POOL_SIZE_BYTES_MIN = 64L << 10;
  static final long POOL_SIZE_BYTES_MAX = 128L << 40;
  private static final long POOL_SIZE_BYTES_DEFAULT = 1L << 20;
  private static final long MAX_FALLBACK_BYTES_DEFAULT = 1L << 30;
  private static final long UNLIMITED = Long.MAX_VALUE;
  private static final long HUGE_PAGE_BYTES = 2L << 20;

  /** What an allocation can lose to alignment where all are aligned to a cache line. */
  private static final long ALIGNMENT_GAP_BYTES_MAX = 64;

  private static final long RECOMMENDED_GRANULE_BYTES = 64L << 10;

  /**
   * Checks the settings.
   *
   * @throws IllegalArgumentException if a size is outside what is allowed, or {@code maxTotalBytes}
   *     is less than one arena needs
   */
  public ArenaConfig {
    checkPoolSize("poolSizeBytes", poolSizeBytes);
    Objects.requireNonNull(overflow, "overflow");
    checkMaxFallback("maxFallbackBytes", maxFallbackBytes);
    checkMaxTotal("maxTotalBytes", maxTotalBytes);
    Objects.requireNonNull(hugePages, "hugePages");
    Objects.requireNonNull(abandonedScopes, "abandonedScopes");
    long capacityBytes =
        hugePages == HugePages.EXPLICIT ? roundUp(poolSizeBytes, HUGE_PAGE_BYTES) : poolSizeBytes;
    if (maxTotalBytes < capacityBytes) {
      throw new IllegalArgumentException(
          ("The bound on all memory (%s) is %d; allowed is at least the capacity of one arena, which"
                  + " is %d bytes by the pool size (%s), or unlimited")
              .formatted(
                  Setting.MAX_TOTAL.names(),
                  maxTotalBytes,
                  capacityBytes,
                  Setting.POOL_SIZE.names()));
    }
  }

  /**
   * A pool size for a program whose threads need no more than this at a time: what is asked for, 64
   * bytes a segment for the gaps that alignment to a cache line leaves, a quarter of that for what
   * kernels need for themselves and for growth, rounded up to 64 KiB. Capacity that is not touched
   * costs address space only, so rather count too much than too little.
   *
   * @param bytesPerScope the most bytes that one thread has in use in all its open scopes, without
   *     gaps; 0 or more
   * @param segmentsPerScope the number of segments that they are allocated as; 0 or more
   * @return a size that {@link Builder#poolSizeBytes} takes
   * @throws IllegalArgumentException if a parameter is negative, or no allowed pool size is enough
   */
  public static long recommendedPoolSizeBytes(long bytesPerScope, int segmentsPerScope) {
    ByteSize.check("bytesPerScope", bytesPerScope, 0, POOL_SIZE_BYTES_MAX);
    if (segmentsPerScope < 0) {
      throw new IllegalArgumentException(
          "segmentsPerScope is %d; allowed is 0 or more".formatted(segmentsPerScope));
    }
    // At most 2^47 + 2^37 and a quarter of that: far from what a long holds.
    long inUseBytes = bytesPerScope + ALIGNMENT_GAP_BYTES_MAX * segmentsPerScope;
    long bytes = roundUp(inUseBytes + Math.ceilDiv(inUseBytes, 4), RECOMMENDED_GRANULE_BYTES);
    if (bytes > POOL_SIZE_BYTES_MAX) {
      throw new IllegalArgumentException(
          ("%d bytes in %d segments need a pool of %d bytes; allowed is what a pool of %d bytes"
                  + " has room for")
              .formatted(bytesPerScope, segmentsPerScope, bytes, POOL_SIZE_BYTES_MAX));
    }
    return Math.max(bytes, POOL_SIZE_BYTES_MIN);
  }

  /**
   * A builder with every setting open.
   *
   * @return a new builder
   */
  public static Builder builder() {
    return builder(SettingsSource.PROCESS);
  }

  static Builder builder(SettingsSource source) {
    return new Builder(source);
  }

  /**
   * A builder with every setting as it is here, to change some of them: {@code
   * ArenaControl.config().toBuilder().poolSize("4m").build()}.
   *
   * @return a new builder
   */
  public Builder toBuilder() {
    return builder()
        .poolSizeBytes(poolSizeBytes)
        .overflow(overflow)
        .maxFallbackBytes(maxFallbackBytes)
        .maxTotalBytes(maxTotalBytes)
        .hugePages(hugePages)
        .zeroOnReset(zeroOnReset)
        .preTouch(preTouch)
        .abandonedScopes(abandonedScopes);
  }

  /**
   * The settings as text that {@link Builder#set} takes, to be shown and changed elsewhere.
   *
   * @return their values by the names of their system properties, in the order of the table above;
   *     sizes in bytes
   */
  public Map<String, String> toProperties() {
    Map<String, String> values = new LinkedHashMap<>();
    values.put(Setting.POOL_SIZE.property(), Long.toString(poolSizeBytes));
    values.put(Setting.OVERFLOW.property(), Words.word(overflow));
    values.put(Setting.MAX_FALLBACK.property(), Long.toString(maxFallbackBytes));
    values.put(Setting.MAX_TOTAL.property(), ByteSize.limitText(maxTotalBytes));
    values.put(Setting.HUGE_PAGES.property(), Words.word(hugePages));
    values.put(Setting.ZERO_ON_RESET.property(), Boolean.toString(zeroOnReset));
    values.put(Setting.PRE_TOUCH.property(), Boolean.toString(preTouch));
    values.put(Setting.ABANDONED_SCOPES.property(), Words.word(abandonedScopes));
    return Collections.unmodifiableMap(values);
  }

  private static long roundUp(long bytes, long granuleBytes) {
    return Math.ceilDiv(bytes, granuleBytes) * granuleBytes;
  }

  private static long checkPoolSize(String setting, long bytes) {
    return ByteSize.check(setting, bytes, POOL_SIZE_BYTES_MIN, POOL_SIZE_BYTES_MAX);
  }

  private static long parsePoolSize(String setting, String text) {
    return ByteSize.parse(setting, text, POOL_SIZE_BYTES_MIN, POOL_SIZE_BYTES_MAX);
  }

  private static long checkMaxFallback(String setting, long bytes) {
    return ByteSize.check(setting, bytes, 0, Long.MAX_VALUE);
  }

  private static long parseMaxFallback(String setting, String text) {
    return ByteSize.parse(setting, text, 0, Long.MAX_VALUE);
  }

  private static long checkMaxTotal(String setting, long bytes) {
    return ByteSize.check(setting, bytes, POOL_SIZE_BYTES_MIN, UNLIMITED);
  }

  private static long parseMaxTotal(String setting, String text) {
    return ByteSize.parseLimit(setting, text, POOL_SIZE_BYTES_MIN);
  }

  /** Collects settings; {@link #build} resolves those that are left open. Not thread-safe. */
  public static final class Builder {
    private final SettingsSource source;
    private @Nullable Long poolSizeBytes;
    private @Nullable OverflowStrategy overflow;
    private @Nullable Long maxFallbackBytes;
    private @Nullable Long maxTotalBytes;
    private @Nullable HugePages hugePages;
    private @Nullable Boolean zeroOnReset;
    private @Nullable Boolean preTouch;
    private @Nullable AbandonedScopes abandonedScopes;

    private Builder(SettingsSource source) {
      this.source = source;
    }

    /**
     * Sets the capacity of each arena.
     *
     * @param bytes 64 KiB to 128 TiB, in bytes
     * @return this builder
     * @throws IllegalArgumentException if {@code bytes} is outside that range
     */
    public Builder poolSizeBytes(long bytes) {
      poolSizeBytes = checkPoolSize("poolSizeBytes", bytes);
      return this;
    }

    /**
     * Sets the capacity of each arena.
     *
     * @param size 64 KiB to 128 TiB, as {@link ArenaConfig} says that sizes are written, for
     *     instance {@code "2m"}
     * @return this builder
     * @throws IllegalArgumentException if {@code size} is not a size or outside that range
     */
    public Builder poolSize(String size) {
      poolSizeBytes = parsePoolSize("poolSize", size);
      return this;
    }

    /**
     * Sets what happens to an allocation that does not fit.
     *
     * @param strategy what happens
     * @return this builder
     */
    public Builder overflow(OverflowStrategy strategy) {
      overflow = Objects.requireNonNull(strategy, "overflow");
      return this;
    }

    /**
     * Sets the most bytes that all arenas together may hold from the system under {@link
     * OverflowStrategy#FALLBACK}.
     *
     * @param bytes 0 or more, in bytes
     * @return this builder
     * @throws IllegalArgumentException if {@code bytes} is negative
     */
    public Builder maxFallbackBytes(long bytes) {
      maxFallbackBytes = checkMaxFallback("maxFallbackBytes", bytes);
      return this;
    }

    /**
     * Sets the most bytes that all arenas together may hold from the system under {@link
     * OverflowStrategy#FALLBACK}.
     *
     * @param size 0 or more, as {@link ArenaConfig} says that sizes are written, for instance
     *     {@code "512m"}
     * @return this builder
     * @throws IllegalArgumentException if {@code size} is not a size
     */
    public Builder maxFallback(String size) {
      maxFallbackBytes = parseMaxFallback("maxFallback", size);
      return this;
    }

    /**
     * Sets the most bytes that all arenas and what they hold from the system may come to together.
     *
     * @param bytes 64 KiB or more, in bytes; {@link Long#MAX_VALUE} for no limit
     * @return this builder
     * @throws IllegalArgumentException if {@code bytes} is less than that
     */
    public Builder maxTotalBytes(long bytes) {
      maxTotalBytes = checkMaxTotal("maxTotalBytes", bytes);
      return this;
    }

    /**
     * Sets the most bytes that all arenas and what they hold from the system may come to together.
     *
     * @param size 64 KiB or more, as {@link ArenaConfig} says that sizes are written, for instance
     *     {@code "2g"}; or {@code "unlimited"}
     * @return this builder
     * @throws IllegalArgumentException if {@code size} is neither
     */
    public Builder maxTotal(String size) {
      maxTotalBytes = parseMaxTotal("maxTotal", size);
      return this;
    }

    /**
     * Sets which pages are huge.
     *
     * @param choice which
     * @return this builder
     */
    public Builder hugePages(HugePages choice) {
      hugePages = Objects.requireNonNull(choice, "hugePages");
      return this;
    }

    /**
     * Sets whether what was used is wiped whenever it is given back.
     *
     * @param wipe whether it is
     * @return this builder
     */
    public Builder zeroOnReset(boolean wipe) {
      zeroOnReset = wipe;
      return this;
    }

    /**
     * Sets whether an arena has physical memory for all of its capacity from the start.
     *
     * @param touch whether it has
     * @return this builder
     */
    public Builder preTouch(boolean touch) {
      preTouch = touch;
      return this;
    }

    /**
     * Sets how many scopes are watched for being abandoned.
     *
     * @param choice how many
     * @return this builder
     */
    public Builder abandonedScopes(AbandonedScopes choice) {
      abandonedScopes = Objects.requireNonNull(choice, "abandonedScopes");
      return this;
    }

    /**
     * Sets what a system property would set.
     *
     * @param property name of the property, for instance {@code "engram.arena.size"}
     * @param text its value, as {@link ArenaConfig} says that it is written, for instance {@code
     *     "4m"}
     * @return this builder
     * @throws IllegalArgumentException if there is no such setting, or the text is not a value that
     *     it may have
     */
    public Builder set(String property, String text) {
      switch (Setting.ofProperty(property)) {
        case POOL_SIZE -> poolSizeBytes = parsePoolSize(property, text);
        case OVERFLOW -> overflow = OverflowStrategy.parse(property, text);
        case MAX_FALLBACK -> maxFallbackBytes = parseMaxFallback(property, text);
        case MAX_TOTAL -> maxTotalBytes = parseMaxTotal(property, text);
        case HUGE_PAGES -> hugePages = HugePages.parse(property, text);
        case ZERO_ON_RESET -> zeroOnReset = Words.parseBoolean(property, text);
        case PRE_TOUCH -> preTouch = Words.parseBoolean(property, text);
        case ABANDONED_SCOPES -> abandonedScopes = AbandonedScopes.parse(property, text);
        case KERNELS_LEVEL, JMX -> throw Setting.unknown(property);
      }
      return this;
    }

    /**
     * The settings, those left open resolved as {@link ArenaConfig} says.
     *
     * @return the settings
     * @throws IllegalArgumentException if a setting was left open and its system property or
     *     environment variable does not hold what is allowed, or if the bound on all memory is less
     *     than one arena needs
     */
    public ArenaConfig build() {
      return new ArenaConfig(
          resolve(
              poolSizeBytes,
              Setting.POOL_SIZE,
              ArenaConfig::parsePoolSize,
              POOL_SIZE_BYTES_DEFAULT),
          resolve(
              overflow, Setting.OVERFLOW, OverflowStrategy::parse, OverflowStrategy.ERROR_RETURN),
          resolve(
              maxFallbackBytes,
              Setting.MAX_FALLBACK,
              ArenaConfig::parseMaxFallback,
              MAX_FALLBACK_BYTES_DEFAULT),
          resolve(maxTotalBytes, Setting.MAX_TOTAL, ArenaConfig::parseMaxTotal, UNLIMITED),
          resolve(hugePages, Setting.HUGE_PAGES, HugePages::parse, HugePages.AUTO),
          resolve(zeroOnReset, Setting.ZERO_ON_RESET, Words::parseBoolean, false),
          resolve(preTouch, Setting.PRE_TOUCH, Words::parseBoolean, false),
          resolve(
              abandonedScopes,
              Setting.ABANDONED_SCOPES,
              AbandonedScopes::parse,
              AbandonedScopes.SAMPLED));
    }

    private <T> T resolve(
        @Nullable T given, Setting setting, BiFunction<String, String, T> parser, T fallback) {
      return given != null ? given : source.resolve(setting, parser, fallback);
    }
  }
}

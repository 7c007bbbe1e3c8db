package dev.engram.arena;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Settings of the process's arenas. Immutable.
 *
 * <p>What a {@linkplain Builder builder} leaves open is resolved when it builds, from the first of
 * these that gives it:
 *
 * <table>
 * <caption>Settings</caption>
 * <tr><th>system property</th><th>environment</th><th>default</th></tr>
 * <tr><td>{@code engram.arena.size}</td>
 *     <td>{@code ENGRAM_ARENA_SIZE}</td><td>1 MiB</td></tr>
 * <tr><td>{@code engram.arena.overflow}</td>
 *     <td>{@code ENGRAM_ARENA_OVERFLOW}</td><td>{@code error}</td></tr>
 * <tr><td>{@code engram.arena.max_fallback}</td>
 *     <td>{@code ENGRAM_ARENA_MAX_FALLBACK}</td><td>1 GiB</td></tr>
 * </table>
 *
 * <p>Sizes are written as decimal digits, with an optional unit {@code k}, {@code m} or {@code g}
 * directly behind them, in upper or lower case, for 1024, 1024<sup>2</sup> or 1024<sup>3</sup>
 * bytes: {@code 2097152}, {@code 2048k} and {@code 2M} are the same. Nothing else is a size: no
 * sign, space, fraction, digit separator or other unit. Strategies are written as {@link
 * OverflowStrategy#parse} says. What cannot be understood or honoured is refused with an {@link
 * IllegalArgumentException} that names the setting, its value and what is allowed; it is never
 * replaced by something else.
 *
 * @param poolSizeBytes capacity of each arena, 64 KiB to 128 TiB. Address space is reserved for all
 *     of it, memory is used only for what has been touched. 1 MiB to 100 MiB is the everyday range
 * @param overflow what happens to an allocation that does not fit
 * @param maxFallbackBytes most bytes that may be held from the system under {@link
 *     OverflowStrategy#FALLBACK}, by all arenas of the process together, 0 or more
 */
public record ArenaConfig(long poolSizeBytes, OverflowStrategy overflow, long maxFallbackBytes) {
  static final long POOL_SIZE_BYTES_MIN = 64L << 10;
  static final long POOL_SIZE_BYTES_MAX = 128L << 40;
  private static final long POOL_SIZE_BYTES_DEFAULT = 1L << 20;
  private static final long MAX_FALLBACK_BYTES_DEFAULT = 1L << 30;

  /**
   * Checks the settings.
   *
   * @throws IllegalArgumentException if a size is outside what is allowed
   */
  public ArenaConfig {
    checkPoolSize("poolSizeBytes", poolSizeBytes);
    Objects.requireNonNull(overflow, "overflow");
    checkMaxFallback("maxFallbackBytes", maxFallbackBytes);
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

  /** Collects settings; {@link #build} resolves those that are left open. Not thread-safe. */
  public static final class Builder {
    private final SettingsSource source;
    private @Nullable Long poolSizeBytes;
    private @Nullable OverflowStrategy overflow;
    private @Nullable Long maxFallbackBytes;

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
     * The settings, those left open resolved as {@link ArenaConfig} says.
     *
     * @return the settings
     * @throws IllegalArgumentException if a setting was left open and its system property or
     *     environment variable does not hold what is allowed
     */
    public ArenaConfig build() {
      return new ArenaConfig(
          poolSizeBytes != null
              ? poolSizeBytes
              : source.resolve(
                  Setting.POOL_SIZE, ArenaConfig::parsePoolSize, POOL_SIZE_BYTES_DEFAULT),
          overflow != null
              ? overflow
              : source.resolve(
                  Setting.OVERFLOW, OverflowStrategy::parse, OverflowStrategy.ERROR_RETURN),
          maxFallbackBytes != null
              ? maxFallbackBytes
              : source.resolve(
                  Setting.MAX_FALLBACK, ArenaConfig::parseMaxFallback, MAX_FALLBACK_BYTES_DEFAULT));
    }
  }
}

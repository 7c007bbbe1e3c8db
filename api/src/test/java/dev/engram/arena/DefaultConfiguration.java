package dev.engram.arena;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Gives each test the default settings, whatever the environment and the tests before it say. */
final class DefaultConfiguration implements BeforeEachCallback, AfterEachCallback {
  static final ArenaConfig DEFAULT =
      new ArenaConfig(
          1 << 20,
          OverflowStrategy.ERROR_RETURN,
          1 << 30,
          Long.MAX_VALUE,
          HugePages.AUTO,
          false,
          false,
          AbandonedScopes.SAMPLED);

  /** The default settings but for these. */
  static ArenaConfig with(long poolSizeBytes, OverflowStrategy overflow, long maxFallbackBytes) {
    return DEFAULT.toBuilder()
        .poolSizeBytes(poolSizeBytes)
        .overflow(overflow)
        .maxFallbackBytes(maxFallbackBytes)
        .build();
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    ArenaControl.configure(DEFAULT);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    ArenaControl.configure(DEFAULT);
  }
}

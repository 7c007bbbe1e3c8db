package dev.engram.arena.kernels;

import dev.engram.arena.ArenaConfig;
import dev.engram.arena.ArenaControl;
import dev.engram.arena.OverflowStrategy;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Gives each test arenas of 1 MiB that refuse what does not fit, whatever tests before it did. */
final class KernelArenas implements BeforeEachCallback, AfterEachCallback {
  static void configure(long poolSizeBytes, OverflowStrategy overflow) {
    ArenaControl.configure(
        ArenaConfig.builder()
            .poolSizeBytes(poolSizeBytes)
            .overflow(overflow)
            .maxFallbackBytes(1 << 30)
            .build());
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    configure(1 << 20, OverflowStrategy.ERROR_RETURN);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    configure(1 << 20, OverflowStrategy.ERROR_RETURN);
  }
}

package dev.engram.arena;

import static org.assertj.core.api.Assertions.assertThat;

import java.text.MessageFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.ResourceBundle;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OverflowWarningTest {
  private final List<String> warnings = new ArrayList<>();
  private final AtomicLong clock = new AtomicLong();

  @Test
  void theFirstOverflowIsReportedWithSizesAndSetting() {
    warningAt(0).servedFromSystem(4096, 17, 65536);
    assertThat(warnings).hasSize(1);
    assertThat(warnings.get(0)).contains(": 1.", "4096", "17", "65536", "engram.arena.size");
  }

  // The clock has no fixed origin: at the last value the deadline wraps around.
  @ParameterizedTest
  @ValueSource(longs = {0, -5_000_000_000L, Long.MAX_VALUE - 1_000_000_000L})
  void oneWarningIsLoggedInAnyTenSeconds(long origin) {
    OverflowWarning warning = warningAt(origin);
    warning.servedFromSystem(1, 0, 65536);
    for (int i = 0; i < 41; i++) {
      warning.servedFromSystem(2, 0, 65536);
    }
    clock.addAndGet(OverflowWarning.INTERVAL.toNanos() - 1);
    warning.servedFromSystem(3, 0, 65536);
    assertThat(warnings).hasSize(1);
    clock.incrementAndGet();
    warning.servedFromSystem(4, 0, 65536);
    assertThat(warnings).hasSize(2);
    assertThat(warnings.get(1)).contains(": 43.");
  }

  private OverflowWarning warningAt(long nanos) {
    clock.set(nanos);
    return new OverflowWarning(RecordingLogger::new, clock::get);
  }

  private final class RecordingLogger implements System.Logger {
    @Override
    public String getName() {
      return "recording";
    }

    @Override
    public boolean isLoggable(Level level) {
      return level == Level.WARNING;
    }

    @Override
    public void log(
        Level level,
        @Nullable ResourceBundle bundle,
        @Nullable String message,
        @Nullable Throwable thrown) {
      warnings.add(String.valueOf(message));
    }

    @Override
    public void log(
        Level level,
        @Nullable ResourceBundle bundle,
        @Nullable String format,
        @Nullable Object @Nullable ... parameters) {
      warnings.add(
          parameters == null
              ? String.valueOf(format)
              : MessageFormat.format("" + format, parameters));
    }
  }
}

package dev.engram.arena.stress.progress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class BarProgressTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  @Test
  void aPhaseOfKnownTimeSaysHowMuchIsLeftAndTheRate() {
    try (BarProgress bar = new BarProgress(new PrintStream(bytes, true, StandardCharsets.UTF_8))) {
      bar.phase("operations", Duration.ofMinutes(10));
      AtomicLong done = new AtomicLong(4_000);
      // It is drawn anew when something has changed.
      await()
          .untilAsserted(() -> {
            bar.at(done.incrementAndGet());
            assertThat(shown()).containsPattern("4\\d{3}/\\? .*/ 0:09:5\\d\\) [0-9.]+/s");
          });
    }
  }

  @Test
  void aPhaseOfKnownLengthSaysHowMuchIsDone() {
    try (BarProgress bar = new BarProgress(new PrintStream(bytes, true, StandardCharsets.UTF_8))) {
      bar.phase("operations", 8_000);
      bar.at(4_000);
      await().untilAsserted(() -> assertThat(shown()).contains("50%", "4000/8000"));
    }
  }

  private String shown() {
    return bytes.toString(StandardCharsets.UTF_8);
  }
}

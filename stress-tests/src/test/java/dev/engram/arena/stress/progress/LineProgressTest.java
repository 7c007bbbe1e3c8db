package dev.engram.arena.stress.progress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LineProgressTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 5_000_000_000L);
  private final LineProgress progress =
      new LineProgress(new PrintStream(bytes, true, StandardCharsets.UTF_8), clock::get);

  @Test
  void aPhaseBeginsWithALine() {
    progress.phase("operations", 10);
    assertThat(lines()).containsExactly("operations");
  }

  @Test
  void linesAreNeitherRarerThanTenSecondsNorMoreFrequentThanOne() {
    progress.phase("operations", 10_000);
    List<Long> times = new ArrayList<>(List.of(0L));
    for (long millis = 0; millis < 60_000; millis += 100) {
      int before = lines().size();
      progress.at(millis / 10);
      if (lines().size() > before) {
        times.add(millis);
      }
      clock.addAndGet(TimeUnit.MILLISECONDS.toNanos(100));
    }
    for (int i = 1; i < times.size(); i++) {
      assertThat(times.get(i) - times.get(i - 1)).isBetween(1_000L, 10_000L);
    }
    assertThat(times.getLast()).isGreaterThan(50_000);
  }

  @Test
  void aLineSaysHowFarThePhaseIs() {
    progress.phase("operations", 3_200);
    clock.addAndGet(TimeUnit.SECONDS.toNanos(2));
    progress.at(1_600);
    assertThat(lines()).containsExactly("operations", "operations: 1,600 of 3,200 (50 %), 2 s");
  }

  @Test
  void aPhaseOfUnknownLengthSaysWhatIsDone() {
    progress.phase("operations", 0);
    clock.addAndGet(TimeUnit.SECONDS.toNanos(3));
    progress.at(1_600);
    assertThat(lines()).containsExactly("operations", "operations: 1,600, 3 s");
  }

  private List<String> lines() {
    return bytes.toString(StandardCharsets.UTF_8).lines().toList();
  }
}

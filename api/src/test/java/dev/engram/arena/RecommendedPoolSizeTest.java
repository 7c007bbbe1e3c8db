package dev.engram.arena;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(DefaultConfiguration.class)
class RecommendedPoolSizeTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0, 65536",
    "1, 1, 65536",
    "52428, 0, 65536", // 52428 and its quarter, 13107, are 65535
    "52429, 0, 131072", // its quarter is rounded up: 65537
    "307200, 100, 393216", // 300 KiB of rows: 313,600 with gaps, 392,000 with headroom
    "0, 2147483647, 171798691840",
    "112589990684262, 0, 140737488355328" // the largest
  })
  void whatIsNeededHasRoomForGapsAndGrowth(long bytes, int segments, long recommended) {
    assertThat(ArenaConfig.recommendedPoolSizeBytes(bytes, segments)).isEqualTo(recommended);
    ArenaConfig.builder().poolSizeBytes(recommended);
  }

  @Test
  void scopesOfTheSizeThatWasAskedAboutDoNotOverflow() {
    SplittableRandom random = new SplittableRandom(7);
    for (int round = 0; round < 200; round++) {
      int segments = random.nextInt(1, 3000);
      // The smaller they are the more of the arena goes into gaps.
      long[] sizes = random.longs(segments, 1, 2L << random.nextInt(13)).toArray();
      long total = Arrays.stream(sizes).sum();
      ArenaControl.configure(
          DefaultConfiguration.with(
              ArenaConfig.recommendedPoolSizeBytes(total, segments),
              OverflowStrategy.ERROR_RETURN,
              0));
      try (ArenaScope scope = ArenaControl.openScope()) {
        for (long size : sizes) {
          MemorySegment segment = scope.uninitialized().allocate(size, 64);
          assertThat(segment.byteSize()).isEqualTo(size);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "-1, 0, bytesPerScope",
    "0, -1, segmentsPerScope",
    "-9223372036854775808, 0, bytesPerScope",
    "0, -2147483648, segmentsPerScope",
    "9223372036854775807, 2147483647, bytesPerScope",
    "140737488355328, 2147483647, 140737488355328",
    "112589990684263, 0, 112589990684263",
    "6917529027641081856, 1, bytesPerScope" // whose quarter and it wrap to 2^63 and less
  })
  void whatNoPoolHasRoomForIsRefused(long bytes, int segments, String named) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ArenaConfig.recommendedPoolSizeBytes(bytes, segments))
        .withMessageContainingAll(named, "allowed is");
  }
}

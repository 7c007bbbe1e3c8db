package dev.engram.arena;

import static dev.engram.arena.SizedWorkloads.text;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The sizes in {@code docs/operations.md} are computed and measured. */
@ExtendWith(DefaultConfiguration.class)
class DocumentedSizesTest {
  private static final long GAP_BYTES_MAX = 64;

  @ParameterizedTest
  @MethodSource
  void eachWorkloadFitsTheSizeThatIsRecommendedForIt(List<String> row) throws Exception {
    long inUse = number(row.get(1));
    int segments = (int) number(row.get(3));
    long size = number(row.get(4));
    assertThat(ArenaConfig.recommendedPoolSizeBytes(inUse, segments)).isEqualTo(size);
    SizedWorkloads.Workload workload = workload(row.getFirst());
    long used = SizedWorkloads.usedBytes(size, workload);
    assertThat(used).isLessThanOrEqualTo(inUse + GAP_BYTES_MAX * segments);
    if (workload.isExact()) {
      assertThat(used).isGreaterThanOrEqualTo(inUse);
    }
    assertThat(ArenaControl.stats().totalOverflows()).isZero();
  }

  static List<List<String>> eachWorkloadFitsTheSizeThatIsRecommendedForIt() {
    return Documents.table(Documents.operations(), "workload");
  }

  @ParameterizedTest
  @MethodSource
  void eachKernelTakesWhatWasMeasured(List<String> row) throws Exception {
    SizedWorkloads.Workload workload = workload(row.getFirst());
    assertThat(SizedWorkloads.usedBytes(64 << 20, workload)).isEqualTo(number(row.get(3)));
  }

  static List<List<String>> eachKernelTakesWhatWasMeasured() {
    return Documents.table(Documents.operations(), "call");
  }

  @Test
  void eachWorkloadThatIsMeasuredIsInTheGuide() {
    var documented =
        List.of("workload", "call").stream()
            .flatMap(table -> Documents.table(Documents.operations(), table).stream())
            .map(row -> text(row.getFirst()))
            .toList();
    assertThat(documented).containsExactlyInAnyOrderElementsOf(SizedWorkloads.ALL.keySet());
  }

  @Test
  void theStepsEndInTheSizeOfTheTable() {
    String size = eachWorkloadFitsTheSizeThatIsRecommendedForIt().get(3).get(4).replace(",", "");
    assertThat(Documents.operations())
        .containsPattern(
            "(?m)^scripts/stress mixed --dim 1536 --candidates 2000 --pool-size " + size + " ");
  }

  private static SizedWorkloads.Workload workload(String name) {
    return Objects.requireNonNull(SizedWorkloads.ALL.get(text(name)), name);
  }

  private static long number(String cell) {
    return Long.parseLong(cell.replace(",", ""));
  }
}

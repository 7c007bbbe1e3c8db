package dev.engram.arena;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(DefaultConfiguration.class)
class HugePagesTest {
  private static final int CAPACITY = 8 << 20;
  private static final int HUGE_PAGE = 2 << 20;

  @Test
  void explicitOnesThatTheSystemHasNotFallBackAndTheStatsSayWhy() throws Exception {
    assumeTrue(hugePagesSetAside() == 0, "needs a system without huge pages set aside");
    use(HugePages.EXPLICIT);
    assertThat(ArenaControl.stats().hugePagesRefusal())
        .hasValueSatisfying(
            reason -> assertThat(reason).contains("12", "ENOMEM", "vm.nr_hugepages"));
    // The reason belongs to the settings in force.
    use(HugePages.TRANSPARENT);
    assertThat(ArenaControl.stats().hugePagesRefusal()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(
      value = HugePages.class,
      names = {"AUTO", "OFF", "TRANSPARENT"})
  void controlOthersAreNotRefused(HugePages choice) {
    use(choice);
    assertThat(ArenaControl.stats().hugePagesRefusal()).isEmpty();
  }

  @Test
  void explicitOnesAreUsedWhereTheSystemHasThem() throws Exception {
    assumeHugePages(CAPACITY / HUGE_PAGE);
    configure(HugePages.EXPLICIT, CAPACITY);
    try (ArenaScope scope = ArenaControl.openScope()) {
      MemorySegment segment = scope.allocate(CAPACITY, 1);
      assertThat(explicitBytes(segment)).isEqualTo(CAPACITY);
      assertThat(segment.fill((byte) 1).get(ValueLayout.JAVA_BYTE, CAPACITY - 1))
          .isEqualTo((byte) 1);
    }
    assertThat(ArenaControl.stats().hugePagesRefusal()).isEmpty();
  }

  @Test
  void whereExplicitOnesRunOutARegionIsTransparentAndTheStatsSayWhy() throws Exception {
    assumeHugePages(CAPACITY / HUGE_PAGE);
    long oneTooMany = Math.addExact(freeHugePages(), 1) * HUGE_PAGE;
    configure(HugePages.EXPLICIT, oneTooMany);
    try (ArenaScope scope = ArenaControl.openScope()) {
      MemorySegment segment = scope.uninitialized().allocate(CAPACITY, 1).fill((byte) 1);
      assertThat(explicitBytes(segment)).isZero();
      assertThat(segment.get(ValueLayout.JAVA_BYTE, CAPACITY - 1)).isEqualTo((byte) 1);
      assertThat(ResidentMemory.hasFlag(segment.address(), "hg")).isTrue(); // MADV_HUGEPAGE
    }
    assertThat(ArenaControl.stats().hugePagesRefusal())
        .hasValueSatisfying(
            reason -> assertThat(reason).contains("12", "ENOMEM", "vm.nr_hugepages"));
    // What the refused region had taken of them is there again.
    assertThat(freeHugePages()).isEqualTo(oneTooMany / HUGE_PAGE - 1);
  }

  @Test
  void explicitOnesAreGivenBackWithTheirRegion() throws Exception {
    assumeHugePages(CAPACITY / HUGE_PAGE);
    long before = freeHugePages();
    use(HugePages.EXPLICIT);
    assertThat(freeHugePages()).isEqualTo(before - CAPACITY / HUGE_PAGE);
    use(HugePages.OFF);
    assertThat(freeHugePages()).isEqualTo(before);
  }

  /** Bytes that the system says are on pages that were set aside, where the segment is. */
  private static long explicitBytes(MemorySegment segment) throws IOException {
    segment.fill((byte) 1);
    return ResidentMemory.bytesOfMappings(
        segment.address(), segment.byteSize(), "Private_Hugetlb:");
  }

  private static void use(HugePages choice) {
    configure(choice, CAPACITY);
    try (ArenaScope scope = ArenaControl.openScope()) {
      assertThat(scope.allocate(CAPACITY, 1).fill((byte) 1).byteSize()).isEqualTo(CAPACITY);
    }
  }

  private static void configure(HugePages choice, long poolSizeBytes) {
    ArenaControl.configure(
        DefaultConfiguration.with(poolSizeBytes, OverflowStrategy.ERROR_RETURN, 0).toBuilder()
            .hugePages(choice)
            .build());
  }

  private static void assumeHugePages(long count) throws IOException {
    assumeTrue(
        freeHugePages() >= count,
        "needs %d huge pages set aside and free (vm.nr_hugepages)".formatted(count));
  }

  private static long hugePagesSetAside() throws Exception {
    return Long.parseLong(Files.readString(Path.of("/proc/sys/vm/nr_hugepages")).strip());
  }

  /** Those that no mapping holds, nor has reserved. */
  private static long freeHugePages() throws IOException {
    return memoryInfo("HugePages_Free:") - memoryInfo("HugePages_Rsvd:");
  }

  private static long memoryInfo(String name) throws IOException {
    return Files.readAllLines(Path.of("/proc/meminfo")).stream()
        .filter(line -> line.startsWith(name))
        .mapToLong(line -> Long.parseLong(line.substring(name.length()).strip()))
        .findFirst()
        .orElse(0);
  }
}

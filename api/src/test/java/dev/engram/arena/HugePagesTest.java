package dev.engram.arena;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(DefaultConfiguration.class)
class HugePagesTest {
  private static final int CAPACITY = 8 << 20;

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
    assumeTrue(hugePagesSetAside() >= 4, "needs 4 huge pages set aside (vm.nr_hugepages)");
    use(HugePages.EXPLICIT);
    assertThat(ArenaControl.stats().hugePagesRefusal()).isEmpty();
  }

  private static void use(HugePages choice) {
    ArenaControl.configure(
        DefaultConfiguration.with(CAPACITY, OverflowStrategy.ERROR_RETURN, 0).toBuilder()
            .hugePages(choice)
            .build());
    try (ArenaScope scope = ArenaControl.openScope()) {
      assertThat(scope.allocate(CAPACITY, 1).fill((byte) 1).byteSize()).isEqualTo(CAPACITY);
    }
  }

  private static long hugePagesSetAside() throws Exception {
    return Long.parseLong(Files.readString(Path.of("/proc/sys/vm/nr_hugepages")).strip());
  }
}

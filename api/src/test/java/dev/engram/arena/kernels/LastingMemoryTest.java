package dev.engram.arena.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.ChildJvm;
import dev.engram.arena.HugePages;
import dev.engram.arena.ResidentMemory;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(KernelArenas.class)
class LastingMemoryTest {
  private static final long MIB = 1 << 20;

  @ParameterizedTest
  @ValueSource(longs = {1, 100, 128 << 10, (128 << 10) + 1, (1 << 20) + 3, 40 << 20})
  void memoryIsZeroedAlignedAndAsLargeAsIsAskedForAlsoWhenItIsUsedAgain(long byteSize) {
    for (int round = 0; round < 5; round++) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment memory = LastingMemory.allocate(arena, byteSize);
        assertThat(memory.address() % 64).isZero();
        assertThat(memory.byteSize()).isEqualTo(byteSize);
        assertThat(memory.mismatch(MemorySegment.ofArray(new byte[(int) byteSize]))).isEqualTo(-1);
        memory.fill((byte) 0xff);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"AUTO, hg", "TRANSPARENT, hg", "EXPLICIT, hg", "OFF, nh"})
  void theSettingDecidesOnTheHugePagesOfLargeMemory(HugePages choice, String flag)
      throws IOException {
    assumeTrue(Files.exists(Path.of("/sys/kernel/mm/transparent_hugepage")));
    ArenaControl.configure(ArenaControl.config().toBuilder().hugePages(choice).build());
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = LastingMemory.allocate(arena, 40 * MIB);
      assertThat(ResidentMemory.hasFlag(memory.address(), flag)).isTrue();
      assertThat(ResidentMemory.hasFlag(memory.address() + 40 * MIB - 1, flag)).isTrue();
    }
  }

  @Test
  void whatIsFreedIsReleased() {
    MemoryBudget budget = new MemoryBudget(MIB);
    try (Arena arena = Arena.ofConfined()) {
      LastingMemory.allocate(arena, MIB / 4, budget);
      LastingMemory.allocate(arena, MIB / 2, budget);
      assertThat(budget.heldBytes()).isBetween(3 * MIB / 4, 3 * MIB / 4 + 128);
    }
    assertThat(budget.heldBytes()).isZero();
  }

  @Test
  void moreThanIsLeftIsRefusedAndNothingIsKept() {
    MemoryBudget budget = new MemoryBudget(MIB);
    try (Arena arena = Arena.ofConfined()) {
      LastingMemory.allocate(arena, MIB / 2, budget);
      long held = budget.heldBytes();
      for (long byteSize : new long[] {MIB / 2, MIB + 1, Long.MAX_VALUE - 48, Long.MAX_VALUE}) {
        assertThatExceptionOfType(OutOfMemoryError.class)
            .isThrownBy(() -> LastingMemory.allocate(arena, byteSize, budget))
            .withMessageStartingWith("Cannot have ");
        assertThat(budget.heldBytes()).isEqualTo(held);
      }
      LastingMemory.allocate(arena, MIB / 4, budget);
    }
    assertThat(budget.heldBytes()).isZero();
  }

  @Test
  void whatTheSystemRefusesIsNotKept() {
    MemoryBudget budget = new MemoryBudget(Long.MAX_VALUE);
    assertThatExceptionOfType(OutOfMemoryError.class)
        .isThrownBy(() -> LastingMemory.allocate(Arena.ofAuto(), 1L << 62, budget))
        .withMessageContaining("the system has not as much");
    assertThat(budget.heldBytes()).isZero();
  }

  @Test
  void aClosedArenaGetsNothing() {
    MemoryBudget budget = new MemoryBudget(MIB);
    Arena closed;
    try (Arena arena = Arena.ofConfined()) {
      closed = arena;
    }
    assertThatIllegalStateException()
        .isThrownBy(() -> LastingMemory.allocate(closed, MIB / 2, budget));
    assertThat(budget.heldBytes()).isZero();
  }

  @Test
  void whatNobodyHoldsMakesRoom() {
    MemoryBudget budget = new MemoryBudget(MIB);
    for (int i = 0; i < 5; i++) {
      MemorySegment memory = LastingMemory.allocate(Arena.ofAuto(), 3 * MIB / 4, budget);
      memory.fill((byte) i);
    }
    await()
        .until(() -> {
          System.gc();
          return budget.heldBytes() == 0;
        });
  }

  @Test
  void anInterruptWhileWaitingForRoomIsNotLost() {
    MemoryBudget budget = new MemoryBudget(MIB);
    budget.reserve(MIB);
    Thread.currentThread().interrupt();
    assertThatExceptionOfType(OutOfMemoryError.class).isThrownBy(() -> budget.reserve(1));
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void matricesThatNobodyHoldsMakeRoomForOthersUpToTheOption(@TempDir Path directory)
      throws Exception {
    assertThat(
            ChildJvm.run(
                directory, List.of("-XX:MaxDirectMemorySize=40m"), LastingMemoryProgram.class))
        .contains("20 matrices")
        .contains("are held; -XX:MaxDirectMemorySize allows more");
  }
}

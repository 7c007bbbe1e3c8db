package dev.engram.arena.kernels;

import static dev.engram.arena.kernels.Vectors.vectors;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaOverflow;
import dev.engram.arena.ArenaOverflowException;
import dev.engram.arena.ArenaScope;
import dev.engram.arena.ArenaStats;
import dev.engram.arena.OverflowListener;
import dev.engram.arena.OverflowStrategy;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What kernels allocate for themselves, and does not fit, is told as Java's allocations are. */
@ExtendWith(KernelArenas.class)
class KernelOverflowTest {
  private static final int CAPACITY = 64 << 10;

  /** Those that take scratch. */
  enum Kernel {
    MANY_QUERIES(0) {
      @Override
      void run(MemorySegment out) {
        try (VectorMatrix queries = VectorMatrix.copyOf(vectors(8, 16, 1, 1));
            VectorMatrix candidates = VectorMatrix.copyOf(vectors(500, 16, 2, 1))) {
          CosineSimilarity.scores(queries, candidates, out);
        }
      }
    },
    TOP_K(128) {
      @Override
      void run(MemorySegment out) {
        MemorySegment query = out.asSlice(0, 16 * Float.BYTES).fill((byte) 1);
        try (VectorMatrix candidates = VectorMatrix.copyOf(vectors(500, 16, 2, 1))) {
          assertThat(CosineSimilarity.topK(query, candidates, 3)).hasSize(3);
        }
      }
    },
    PREPARE(0) {
      @Override
      void run(MemorySegment out) {
        try (CsrGraph graph = GRAPH.copy()) {
          graph.prepare();
        }
      }
    },
    SPREAD(128) {
      @Override
      void run(MemorySegment out) {
        try (CsrGraph graph = GRAPH.copy()) {
          MemorySegment activations = out.asSlice(0, (long) graph.nodes() * Float.BYTES);
          SpreadingActivation.spread(graph, activations.fill((byte) 0), 1, SpreadOptions.DEFAULT);
        }
      }
    },
    /** Its scratch grows, by several allocations in one call. */
    SPREAD_FROM(16 << 10) {
      @Override
      void run(MemorySegment out) {
        try (CsrGraph graph = GRAPH.copy()) {
          int[] nodes = {1, 2, 3};
          float[] activations = {1, 1, 1};
          SpreadingActivation.spreadFrom(graph, nodes, activations, 4, SpreadOptions.DEFAULT);
        }
      }
    };

    private static final RandomGraph GRAPH = RandomGraph.of(400, 3, 0, 5);

    /** What Java needs for it. */
    private final long bytesInJava;

    Kernel(long bytesInJava) {
      this.bytesInJava = bytesInJava;
    }

    /** Runs with outputs that lie elsewhere. */
    abstract void run(MemorySegment out);
  }

  private final MemorySegment out = Arena.ofAuto().allocate(ValueLayout.JAVA_FLOAT, 8 * 500);
  private final List<ArenaOverflow> told = new ArrayList<>();

  @ParameterizedTest
  @EnumSource
  void whatIsServedIsToldInAllItsNumberAndBytes(Kernel kernel) {
    KernelArenas.configure(CAPACITY, OverflowStrategy.FALLBACK);
    try (var registration = ArenaControl.onOverflow(told::add);
        ArenaScope scope = ArenaControl.openScope()) {
      assertThat(registration).isNotNull();
      leave(scope, kernel.bytesInJava);
      ArenaStats before = ArenaControl.stats();
      kernel.run(out);
      ArenaStats counted = ArenaControl.stats().since(before);
      assertThat(counted.overflowFallbacks()).isPositive();
      assertThat(told)
          .isNotEmpty()
          .allSatisfy(overflow -> {
            assertThat(overflow.strategy()).isEqualTo(OverflowStrategy.FALLBACK);
            assertThat(overflow.served()).isTrue();
            assertThat(overflow.ofKernel()).isTrue();
            assertThat(overflow.availableBytes()).isBetween(0L, kernel.bytesInJava);
            assertThat(overflow.capacityBytes()).isEqualTo(CAPACITY);
          });
      assertThat(told.stream().mapToLong(ArenaOverflow::allocations).sum())
          .isEqualTo(counted.overflowFallbacks());
      assertThat(told.stream().mapToLong(ArenaOverflow::requestedBytes).sum())
          .isEqualTo(counted.fallbackBytes());
    }
  }

  @Test
  void ofACallThatIsMadeAgainSinceItsOutputWasTooSmallBothAreTold() {
    KernelArenas.configure(CAPACITY, OverflowStrategy.FALLBACK);
    try (var registration = ArenaControl.onOverflow(told::add);
        ArenaScope scope = ArenaControl.openScope()) {
      assertThat(registration).isNotNull();
      // So little that there is room for few of the nodes that are reached.
      leave(scope, 1024);
      ArenaStats before = ArenaControl.stats();
      Kernel.SPREAD_FROM.run(out);
      assertThat(told.stream().filter(ArenaOverflow::ofKernel)).hasSize(2);
      assertThat(told.stream().mapToLong(ArenaOverflow::allocations).sum())
          .isEqualTo(ArenaControl.stats().since(before).overflowFallbacks());
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatFailsIsToldOnceAsItsExceptionSays(Kernel kernel) {
    KernelArenas.configure(CAPACITY, OverflowStrategy.ERROR_RETURN);
    try (var registration = ArenaControl.onOverflow(told::add);
        ArenaScope scope = ArenaControl.openScope()) {
      assertThat(registration).isNotNull();
      leave(scope, kernel.bytesInJava);
      ArenaStats before = ArenaControl.stats();
      ArenaOverflowException thrown =
          catchThrowableOfType(ArenaOverflowException.class, () -> kernel.run(out));
      assertThat(told)
          .containsExactly(
              new ArenaOverflow(
                  OverflowStrategy.ERROR_RETURN,
                  false,
                  true,
                  1,
                  thrown.requestedBytes(),
                  thrown.availableBytes(),
                  CAPACITY));
      assertThat(ArenaControl.stats().since(before).overflowErrors()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void overflowsBeforeTheCallAreNotToldAgain(Kernel kernel) {
    KernelArenas.configure(1 << 20, OverflowStrategy.FALLBACK);
    try (var registration = ArenaControl.onOverflow(told::add);
        ArenaScope scope = ArenaControl.openScope()) {
      assertThat(registration).isNotNull();
      scope.allocate(2 << 20);
      assertThat(told).hasSize(1).noneMatch(ArenaOverflow::ofKernel);
      kernel.run(out);
      assertThat(told).hasSize(1);
    }
  }

  @Test
  void aListenerThatOverflowsLeavesTheExceptionOfTheKernelAsItWas() {
    KernelArenas.configure(CAPACITY, OverflowStrategy.ERROR_RETURN);
    OverflowListener overflowing =
        overflow -> {
          told.add(overflow);
          Kernel.MANY_QUERIES.run(out);
        };
    try (var registration = ArenaControl.onOverflow(overflowing);
        ArenaScope scope = ArenaControl.openScope()) {
      assertThat(registration).isNotNull();
      leave(scope, Kernel.TOP_K.bytesInJava);
      ArenaOverflowException thrown =
          catchThrowableOfType(ArenaOverflowException.class, () -> Kernel.TOP_K.run(out));
      assertThat(thrown.requestedBytes()).isEqualTo(500 * Float.BYTES);
      // Of what the listener overflowed, none is told.
      assertThat(told).hasSize(1);
    }
  }

  private static void leave(ArenaScope scope, long bytes) {
    scope.uninitialized().allocate(scope.availableBytes() - bytes, 1);
  }
}

package dev.engram.arena.ffi;

import static dev.engram.arena.ffi.LeasedArena.assertOk;
import static dev.engram.arena.ffi.Structs.assertGuardIntact;
import static dev.engram.arena.ffi.Structs.fields;
import static dev.engram.arena.ffi.Structs.guarded;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The structs and constants of the kernels, as {@link StructsTest} and {@link ConstantsTest}
 * compare the others: each field is known by what the library does with it.
 */
@NullMarked
class KernelStructsTest {
  private static final int INVALID_ARGUMENT = 1;
  private final Arena memory = Arena.ofAuto();

  @BeforeAll
  static void loadLibrary() {
    NativeLibrary.load(MethodHandles.lookup());
  }

  /** Two nodes, of which the first leads to the second. */
  private MemorySegment graph(long[] offsets, int[] targets, float... weights) {
    MemorySegment graph = guarded(engram_graph.layout());
    engram_graph.struct_size_bytes(graph, engram_graph.sizeof());
    engram_graph.node_count(graph, offsets.length - 1);
    engram_graph.edge_count(graph, targets.length);
    engram_graph.offsets(graph, memory.allocateFrom(ValueLayout.JAVA_LONG, offsets));
    engram_graph.targets(graph, memory.allocateFrom(ValueLayout.JAVA_INT, targets));
    engram_graph.weights(graph, memory.allocateFrom(ValueLayout.JAVA_FLOAT, weights));
    engram_graph.layout(graph, MemorySegment.NULL);
    return graph;
  }

  private MemorySegment options(long iterations, float decayPerHop, float firingThreshold) {
    MemorySegment options = guarded(engram_spread_options.layout());
    engram_spread_options.struct_size_bytes(options, engram_spread_options.sizeof());
    engram_spread_options.iterations(options, iterations);
    engram_spread_options.decay_per_hop(options, decayPerHop);
    engram_spread_options.firing_threshold(options, firingThreshold);
    return options;
  }

  private float[] spread(MemorySegment graph, MemorySegment options, float... activations) {
    MemorySegment spread = memory.allocateFrom(ValueLayout.JAVA_FLOAT, activations);
    try (LeasedArena arena = LeasedArena.take()) {
      assertOk(
          engram_arena_h.engram_spread_activation(
              arena.header(), graph, options, spread, arena.failure()));
    }
    return spread.toArray(ValueLayout.JAVA_FLOAT);
  }

  private Map<String, Long> defect(MemorySegment graph) {
    MemorySegment defect = guarded(engram_graph_defect.layout());
    assertThat(engram_arena_h.engram_graph_check(graph, defect)).isEqualTo(INVALID_ARGUMENT);
    assertGuardIntact(defect, engram_graph_defect.layout());
    return fields(defect, engram_graph_defect.layout());
  }

  @Test
  void graphAndOptionsAreReadWhereTheLayoutsHaveThem() {
    MemorySegment chain = graph(new long[] {0, 1, 2, 2}, new int[] {1, 2}, 0.5f, 0.25f);
    assertOk(engram_arena_h.engram_graph_check(chain, MemorySegment.NULL));
    assertThat(spread(chain, options(1, 1, 0), 0.5f, 0.25f, 0))
        .containsExactly(0.5f, 0.5f, 0.0625f);
    assertThat(spread(chain, options(2, 1, 0), 0.5f, 0, 0)).containsExactly(0.5f, 0.5f, 0.0625f);
    assertThat(spread(chain, options(1, 0.5f, 0), 0.5f, 0, 0)).containsExactly(0.5f, 0.125f, 0);
    assertThat(spread(chain, options(1, 1, 0.5f), 0.5f, 0.25f, 0)).containsExactly(0.5f, 0.5f, 0);
    assertThat(spread(chain, options(1, 1, 0.75f), 0.5f, 0.25f, 0)).containsExactly(0.5f, 0.25f, 0);
  }

  @Test
  void layoutIsReadWhereItIsPut() {
    MemorySegment graph = graph(new long[] {0, 1, 1}, new int[] {1}, 0.5f);
    MemorySegment layout = memory.allocate(engram_arena_h.engram_graph_layout_bytes(graph), 64);
    try (LeasedArena arena = LeasedArena.take()) {
      assertOk(engram_arena_h.engram_graph_prepare(arena.header(), graph, layout, arena.failure()));
    }
    engram_graph.layout(graph, layout);
    // What the layout stands for, not the arrays, which may be gone.
    assertThat(spread(graph, options(1, 1, 0), 1, 0)).containsExactly(1, 0.5f);
  }

  @Test
  void eachFaultIsFoundForItsReason() {
    List<Map<String, Long>> found = new ArrayList<>();
    found.add(defect(graph(new long[] {1, 1, 1}, new int[] {0}, 1)));
    found.add(defect(graph(new long[] {0, 1, 0, 1}, new int[] {0}, 1)));
    found.add(defect(graph(new long[] {0, 1, 1}, new int[] {0, 1}, 1, 1)));
    found.add(defect(graph(new long[] {0, 1, 2}, new int[] {0, 2}, 1, 1)));
    found.add(defect(graph(new long[] {0, 1, 2}, new int[] {0, 1}, 1, Float.NaN)));
    found.add(defect(graph(new long[] {0}, new int[0])));
    assertThat(found)
        .containsExactly(
            Map.of("fault", (long) engram_arena_h.ENGRAM_GRAPH_FIRST_OFFSET(), "index", 0L),
            Map.of("fault", (long) engram_arena_h.ENGRAM_GRAPH_OFFSET_DECREASES(), "index", 2L),
            Map.of("fault", (long) engram_arena_h.ENGRAM_GRAPH_LAST_OFFSET(), "index", 2L),
            Map.of("fault", (long) engram_arena_h.ENGRAM_GRAPH_TARGET(), "index", 1L),
            Map.of("fault", (long) engram_arena_h.ENGRAM_GRAPH_WEIGHT(), "index", 1L),
            Map.of("fault", (long) engram_arena_h.ENGRAM_GRAPH_SIZE(), "index", 0L));
  }

  @ParameterizedTest
  @ValueSource(longs = {-8, -1, 1, 8})
  void structOfAnotherSizeIsRefused(long difference) {
    MemorySegment graph = graph(new long[] {0, 1, 1}, new int[] {1}, 0.5f);
    MemorySegment options = options(1, 1, 0);
    engram_spread_options.struct_size_bytes(options, engram_spread_options.sizeof() + difference);
    MemorySegment activations = memory.allocateFrom(ValueLayout.JAVA_FLOAT, 1, 0);
    try (LeasedArena arena = LeasedArena.take()) {
      assertThat(
              engram_arena_h.engram_spread_activation(
                  arena.header(), graph, options, activations, arena.failure()))
          .isEqualTo(INVALID_ARGUMENT);
    }
    engram_graph.struct_size_bytes(graph, engram_graph.sizeof() + difference);
    assertThat(engram_arena_h.engram_graph_check(graph, MemorySegment.NULL))
        .isEqualTo(INVALID_ARGUMENT);
  }

  @Test
  void anOutputThatIsTooSmallSaysHowMuchThereIs() {
    MemorySegment star = graph(new long[] {0, 2, 2, 2}, new int[] {1, 2}, 0.5f, 0.25f);
    MemorySegment nodes = memory.allocateFrom(ValueLayout.JAVA_INT, 0);
    MemorySegment activations = memory.allocateFrom(ValueLayout.JAVA_FLOAT, 1);
    MemorySegment reached = memory.allocate(ValueLayout.JAVA_INT, 2);
    MemorySegment reachedActivations = memory.allocate(ValueLayout.JAVA_FLOAT, 2);
    MemorySegment count = memory.allocate(ValueLayout.JAVA_LONG);
    try (LeasedArena arena = LeasedArena.take()) {
      assertThat(
              engram_arena_h.engram_spread_from(
                  arena.header(),
                  star,
                  options(1, 1, 0),
                  nodes,
                  activations,
                  1,
                  2,
                  reached,
                  reachedActivations,
                  count,
                  arena.failure()))
          .isEqualTo(engram_arena_h.ENGRAM_OUTPUT_TOO_SMALL());
    }
    assertThat(count.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(3);
    assertThat(reached.toArray(ValueLayout.JAVA_INT)).containsOnly(0);
  }

  @Test
  void levelsAreThoseOfTheLibraryAndNoOthers() {
    List<Integer> named =
        List.of(
            engram_arena_h.ENGRAM_CPU_X86_64_V2(),
            engram_arena_h.ENGRAM_CPU_X86_64_V3(),
            engram_arena_h.ENGRAM_CPU_X86_64_V4(),
            engram_arena_h.ENGRAM_CPU_NEON());
    int highest = engram_arena_h.engram_current_cpu_level();
    List<Integer> accepted = new ArrayList<>();
    for (int level = -1; level < 300; level++) {
      if (engram_arena_h.engram_limit_cpu_level(level) == 0) {
        accepted.add(level);
        assertThat(engram_arena_h.engram_current_cpu_level()).isEqualTo(level);
      }
    }
    assertOk(engram_arena_h.engram_limit_cpu_level(highest));
    assertThat(named).doesNotHaveDuplicates().containsAll(accepted);
    assertThat(accepted).isNotEmpty().contains(highest).isSorted();
    assertThat(accepted.getLast()).isEqualTo(highest);
  }
}

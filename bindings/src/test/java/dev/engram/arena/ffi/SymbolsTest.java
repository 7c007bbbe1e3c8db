package dev.engram.arena.ffi;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The functions of the bindings against the dynamic symbols of the library file, and against the
 * loaded library.
 */
@NullMarked
class SymbolsTest {
  private static final String SUFFIX = "$address";

  @BeforeAll
  static void loadLibrary() {
    NativeLibrary.load(MethodHandles.lookup());
  }

  @Test
  void libraryExportsTheFunctionsOfTheBindingsAndNothingElse() {
    Set<String> bound =
        addressMethods()
            .map(Method::getName)
            .map(name -> name.substring(0, name.length() - SUFFIX.length()))
            .collect(Collectors.toSet());

    assertThat(new ElfFile(BuiltModules.libraryContent()).exportedNames())
        .isNotEmpty()
        .isEqualTo(bound);
  }

  @ParameterizedTest
  @MethodSource("addressMethods")
  void functionOfTheBindingsIsInTheLoadedLibrary(Method addressMethod) throws Exception {
    MemorySegment address = (MemorySegment) addressMethod.invoke(null);

    assertThat(address).isNotNull().isNotEqualTo(MemorySegment.NULL);
  }

  @Test
  void threadHasOneArena() {
    MemorySegment out = Arena.ofAuto().allocate(ValueLayout.ADDRESS);

    LeasedArena.assertOk(engram_arena_h.engram_thread_arena(out, MemorySegment.NULL));

    assertThat(engram_arena_h.engram_thread_arena_if_any().address())
        .isEqualTo(LeasedArena.headerAt(out).address());
    LeasedArena.assertOk(engram_arena_h.engram_reset_arenas());
  }

  @Test
  void similarityTakesItsArgumentsInTheOrderOfTheHeader() {
    Arena memory = Arena.ofAuto();
    MemorySegment query = memory.allocateFrom(ValueLayout.JAVA_FLOAT, 3, 4);
    MemorySegment candidates =
        memory.allocateFrom(ValueLayout.JAVA_FLOAT, 6, 8, 99, 4, -3, 99, -3, -4, 99);
    MemorySegment scores = memory.allocate(ValueLayout.JAVA_FLOAT, 3);
    try (LeasedArena arena = LeasedArena.take()) {
      LeasedArena.assertOk(
          engram_arena_h.engram_vector_similarity(
              arena.header(), query, Double.NaN, candidates, 2, 3, 3, MemorySegment.NULL, scores));
    }

    assertThat(scores.toArray(ValueLayout.JAVA_FLOAT)).containsExactly(1, 0, -1);
  }

  @Test
  void similarityOfEightTakesItsArgumentsInTheOrderOfTheHeader() {
    Arena memory = Arena.ofAuto();
    MemorySegment query = memory.allocateFrom(ValueLayout.JAVA_FLOAT, 1, 0);
    float[][] rows = {{3, 4}, {4, 3}, {-3, 4}, {-4, 3}, {5, 0}, {0, 5}, {-5, 0}, {8, 6}};
    MemorySegment[] at = new MemorySegment[rows.length];
    for (int i = 0; i < rows.length; i++) {
      at[i] = memory.allocateFrom(ValueLayout.JAVA_FLOAT, rows[i]);
    }
    MemorySegment scores = memory.allocate(ValueLayout.JAVA_FLOAT, rows.length);

    LeasedArena.assertOk(
        engram_arena_h.engram_vector_similarity_of_eight(
            query, 1, at[0], at[1], at[2], at[3], at[4], at[5], at[6], at[7], 2, 0, scores));

    assertThat(scores.toArray(ValueLayout.JAVA_FLOAT))
        .containsExactly(0.6f, 0.8f, -0.6f, -0.8f, 1, 0, -1, 0.8f);
  }

  private static Stream<Method> addressMethods() {
    return Arrays.stream(engram_arena_h.class.getMethods())
        .filter(method -> method.getName().endsWith(SUFFIX));
  }
}

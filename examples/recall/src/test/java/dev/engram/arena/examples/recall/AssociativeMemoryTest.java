package dev.engram.arena.examples.recall;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Forty memories, whose synsets are 1 to 40; synset 0 is none. */
class AssociativeMemoryTest {

  private static final int MEMORIES = 40;

  /** Less similar to the question than all that spreading begins from. */
  private static final int FAR = 39;

  private static final float[] QUESTION = new float[Embedder.DIMENSION];

  static {
    QUESTION[0] = 2;
  }

  private final AssociativeMemory memory =
      memory(
          List.of(
              new Pointer(1, Relation.HYPERNYM, 0),
              new Pointer(0, Relation.HYPONYM, 3),
              new Pointer(2, Relation.SIMILAR_TO, 1 + FAR)));

  @AfterEach
  void close() {
    memory.close();
  }

  @Test
  void withoutRelationsMemoriesAreRankedBySimilarity() {
    try (AssociativeMemory unrelated = memory(List.of())) {
      List<Recollection> found = recall(unrelated, neverRecalled(), 3);

      assertThat(found).extracting(Recollection::memory).containsExactly(0, 1, 2);
      assertThat(found).extracting(Recollection::similarityRank).containsExactly(1, 2, 3);
      assertThat(found).extracting(Recollection::activationRank).containsExactly(1, 2, 3);
      assertThat(found)
          .allSatisfy(recollection -> {
            assertThat(recollection.strength()).isEqualTo(recollection.similarity());
            assertThat(recollection.similarity())
                .isCloseTo(similarity(recollection.memory()), within(1e-6f));
          });
    }
  }

  /** Memory 0 leads, over a synset that is none, to memory 2, and memory 1 leads to the far one. */
  @Test
  void whatSpreadingReachesGetsActivation() {
    List<Recollection> found = recall(memory, neverRecalled(), MEMORIES);
    Recollection second = at(found, 2);
    Recollection far = at(found, FAR);

    assertThat(second.activation())
        .isCloseTo(AssociativeMemory.ASSOCIATION * similarity(0) * 0.5f * 0.5f, within(1e-6f));
    assertThat(second.similarityRank()).isEqualTo(3);
    assertThat(second.activationRank()).isEqualTo(1);
    assertThat(far.activation())
        .isCloseTo(AssociativeMemory.ASSOCIATION * similarity(1), within(1e-6f));
    assertThat(far.similarity()).isCloseTo(similarity(FAR), within(1e-6f));
    assertThat(far.similarityRank()).isZero();
    assertThat(far.synset()).isEqualTo(1 + FAR);
    assertThat(found).hasSize(RelationGraph.SOURCES_MAX + 1);
  }

  @Test
  void whatWasRecalledHasAnAdvantageThatFades() {
    long[] ages = neverRecalled();
    ages[1] = 0;
    ages[3] = 24 * 60 * 60;
    List<Recollection> found = recall(memory, ages, MEMORIES);

    assertThat(at(found, 1).recency()).isEqualTo(AssociativeMemory.RECENCY);
    assertThat(at(found, 3).recency()).isCloseTo(AssociativeMemory.RECENCY / 2, within(1e-7f));
    assertThat(at(found, 0).recency()).isZero();
    assertThat(found.getFirst().memory()).isEqualTo(1);
    assertThat(found.getFirst().activationRank()).isEqualTo(3);
  }

  @Test
  void answersAreRankedByTheirStrength() {
    long[] ages = neverRecalled();
    ages[5] = 1_000;
    List<Recollection> found = recall(memory, ages, MEMORIES);

    assertThat(found)
        .isSortedAccordingTo((a, b) -> Float.compare(b.strength(), a.strength()))
        .extracting(Recollection::activationRank)
        .doesNotHaveDuplicates();
    assertThat(recall(memory, ages, 4)).isEqualTo(found.subList(0, 4));
  }

  /** The far one is then the most similar, and would lead to the next. */
  @Test
  void whatPointsAwayFromTheQuestionBringsNothingToMind() {
    float[] opposite = new float[Embedder.DIMENSION];
    opposite[0] = -1;

    try (AssociativeMemory related =
        memory(List.of(new Pointer(1 + FAR, Relation.SIMILAR_TO, FAR)))) {
      List<Recollection> found = related.recall(opposite, neverRecalled(), 5).recollections();

      assertThat(found)
          .extracting(Recollection::memory)
          .containsExactly(FAR, FAR - 1, FAR - 2, FAR - 3, FAR - 4);
      assertThat(found)
          .allSatisfy(recollection -> {
            assertThat(recollection.similarity()).isNegative();
            assertThat(recollection.activation()).isZero();
          });
    }
  }

  @Test
  void aClosedMemoryRecallsNothing() {
    memory.close();

    assertThatIllegalStateException().isThrownBy(() -> recall(memory, neverRecalled(), 1));
  }

  private static List<Recollection> recall(AssociativeMemory memory, long[] ages, int count) {
    return memory.recall(QUESTION, ages, count).recollections();
  }

  private static Recollection at(List<Recollection> found, int memory) {
    return found.stream().filter(r -> r.memory() == memory).findFirst().orElseThrow();
  }

  private static long[] neverRecalled() {
    long[] ages = new long[MEMORIES];
    Arrays.fill(ages, AssociativeMemory.NEVER_RECALLED);
    return ages;
  }

  /** The cosine of the angle between the question and a memory: from 0.9 down in steps of 0.005. */
  private static float similarity(int memory) {
    return 0.9f - memory * 0.005f;
  }

  private static AssociativeMemory memory(List<Pointer> pointers) {
    WordNet wordNet =
        new WordNet(
            Collections.nCopies(1 + MEMORIES, new Gloss("word", "definition")),
            pointers,
            1,
            MEMORIES);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment vectors = arena.allocate(JAVA_FLOAT, (long) MEMORIES * Embedder.DIMENSION);
      for (int row = 0; row < MEMORIES; row++) {
        float cosine = similarity(row);
        long start = (long) row * Embedder.DIMENSION;
        vectors.setAtIndex(JAVA_FLOAT, start, cosine);
        vectors.setAtIndex(JAVA_FLOAT, start + 1, (float) Math.sqrt(1 - cosine * cosine));
      }
      return new AssociativeMemory(vectors, wordNet);
    }
  }
}

package dev.engram.arena.examples.recall;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** WordNet 3.1 as it is on the class path. The counts are those of its files, taken with awk. */
@TestInstance(Lifecycle.PER_CLASS)
class WordNetTest {

  private final WordNet wordNet;

  WordNetTest() throws RecallException {
    wordNet = WordNetReader.read();
  }

  @Test
  void everySynsetOfEveryPartOfSpeechIsRead() {
    assertThat(wordNet.synsets())
        .hasSize(82_192 + 13_789 + 18_185 + 3_625)
        .allSatisfy(gloss -> {
          assertThat(gloss.word()).isNotBlank().doesNotContain("_", "(");
          assertThat(gloss.definition()).isNotBlank();
        });
  }

  @Test
  void everyPointerIsRead() {
    assertThat(wordNet.pointers()).hasSize(378_203);
    Map<Relation, Long> counts =
        wordNet.pointers().stream()
            .collect(Collectors.groupingBy(Pointer::relation, Collectors.counting()));

    assertThat(counts)
        .hasSize(Relation.values().length)
        .containsEntry(Relation.HYPERNYM, 89_172L)
        .containsEntry(Relation.HYPONYM, 89_172L)
        .containsEntry(Relation.DERIVATION, 74_680L)
        .containsEntry(Relation.SIMILAR_TO, 21_434L)
        .containsEntry(Relation.PART_MERONYM, 9_111L)
        .containsEntry(Relation.PERTAINYM, 8_074L)
        .containsEntry(Relation.PARTICIPLE, 73L);
  }

  /** WordNet keeps these both ways, so a target that is taken for another would show. */
  @Test
  void theHypernymsAreTheHyponymsTheOtherWayRound() {
    assertThat(pairs(Relation.HYPONYM, pointer -> List.of(pointer.target(), pointer.source())))
        .isEqualTo(
            pairs(Relation.HYPERNYM, pointer -> List.of(pointer.source(), pointer.target())));
  }

  @Test
  void theMemoriesAreTheSynsetsOfTheLexicographerFile() {
    List<Gloss> memories = wordNet.memories(Integer.MAX_VALUE);

    assertThat(memories)
        .hasSize(11_605)
        .startsWith(new Gloss("aba", "a fabric woven from goat hair and camel hair"));
    assertThat(memories.getFirst()).isEqualTo(wordNet.synsets().get(wordNet.firstMemory()));
  }

  @Test
  void aLimitKeepsTheFirstMemories() {
    assertThat(wordNet.memories(3)).isEqualTo(wordNet.memories(50).subList(0, 3));
  }

  @Test
  void usageExamplesAreLeftOut() {
    assertThat(wordNet.memories(500)).noneMatch(gloss -> gloss.definition().contains("\""));
  }

  @Test
  void theTextIsTheWordAndItsDefinition() {
    assertThat(new Gloss("hat", "headdress that protects the head").text())
        .isEqualTo("hat: headdress that protects the head");
  }

  private Set<List<Integer>> pairs(Relation relation, Function<Pointer, List<Integer>> toPair) {
    return wordNet.pointers().stream()
        .filter(pointer -> pointer.relation() == relation)
        .map(toPair)
        .collect(Collectors.toSet());
  }
}

package dev.engram.arena.examples.recall;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.engram.arena.examples.recall.RelationGraph.Spread;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExplanationTest {

  private static final WordNet WORD_NET =
      new WordNet(
          List.of(
              new Gloss("cup", "a container"),
              new Gloss("mug", "a cup with a handle, and a text that is far too long for a line"),
              new Gloss("beaker", "a large cup"),
              new Gloss("teacup", "a cup for tea"),
              new Gloss("chalice", "a cup for wine"),
              new Gloss("handle", "what is held")),
          List.of(
              new Pointer(1, Relation.HYPERNYM, 0),
              new Pointer(2, Relation.HYPERNYM, 0),
              new Pointer(3, Relation.HYPERNYM, 0),
              new Pointer(4, Relation.HYPERNYM, 0),
              new Pointer(5, Relation.PART_HOLONYM, 0)),
          0,
          6);

  @Test
  void eachStepIsToldWithItsValueAndTheRankBeforeAndAfter() {
    Recollection cup = new Recollection(0, 0, 0.5f, 4, 2.25f, 2, 0.025f);

    assertThat(explain(cup, 1, 60 * 60))
        .containsExactly(
            "       similarity  0.5000  rank 4",
            "       spreading  +2.2500  rank 4 -> 2",
            "         1.0000  hypernym of mug: a cup with a handle, and a text that is far too long...",
            "         0.5000  hypernym of beaker: a large cup",
            "         0.2500  hypernym of teacup: a cup for tea",
            "         0.2500  over 2 more",
            "       recency    +0.0250  rank 2 -> 1; recalled 1 h ago");
  }

  @Test
  void whatOnlySpreadingFoundHasNoRankBefore() {
    Recollection cup = new Recollection(0, 0, 0.5f, 0, 2.25f, 2, 0);

    assertThat(explain(cup, 2, AssociativeMemory.NEVER_RECALLED))
        .contains(
            "       similarity  0.5000  rank beyond 32",
            "       spreading  +2.2500  rank beyond 32 -> 2",
            "       recency    +0.0000  rank 2 -> 2; never recalled before");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0 s",
    "59, 59 s",
    "60, 1 min",
    "3599, 59 min",
    "3600, 1 h",
    "86399, 23 h",
    "86400, 1 d",
    "31536000, 365 d"
  })
  void theAgeIsToldInTheUnitThatFits(long seconds, String age) {
    Recollection mug = new Recollection(1, 1, 0.5f, 1, 0, 1, 0.01f);

    assertThat(explain(mug, 1, seconds))
        .hasSize(3)
        .last()
        .asString()
        .endsWith("recalled " + age + " ago");
  }

  private static List<String> explain(Recollection answer, int rank, long ageSeconds) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (RelationGraph graph = new RelationGraph(6, WORD_NET.pointers())) {
      Spread spread =
          graph.spread(new int[] {1, 2, 3, 4, 5}, new float[] {1, 0.5f, 0.25f, 0.125f, 0.125f});
      new Explanation(WORD_NET, new PrintStream(out, true, UTF_8))
          .print(answer, rank, spread, ageSeconds);
    }
    return out.toString(UTF_8).lines().toList();
  }
}

package dev.engram.arena.examples.recall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.engram.arena.examples.recall.RelationGraph.Contribution;
import dev.engram.arena.examples.recall.RelationGraph.Spread;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RelationGraphTest {

  private static final int CUP = 0;
  private static final int CONTAINER = 1;
  private static final int MUG = 2;
  private static final int HANDLE = 3;
  private static final int ELSEWHERE = 4;

  private static final List<Relation> RELATIONS = List.of(Relation.values());

  private static final Pointer CUP_IS_A_CONTAINER = new Pointer(CUP, Relation.HYPERNYM, CONTAINER);
  private static final Pointer CUP_HAS_A_HANDLE = new Pointer(CUP, Relation.PART_MERONYM, HANDLE);
  private static final Pointer A_CONTAINER_MAY_BE_A_CUP =
      new Pointer(CONTAINER, Relation.HYPONYM, CUP);
  private static final Pointer A_CONTAINER_MAY_BE_A_MUG =
      new Pointer(CONTAINER, Relation.HYPONYM, MUG);

  private final RelationGraph graph =
      new RelationGraph(
          5,
          List.of(
              CUP_IS_A_CONTAINER,
              CUP_HAS_A_HANDLE,
              A_CONTAINER_MAY_BE_A_CUP,
              A_CONTAINER_MAY_BE_A_MUG));

  @AfterEach
  void close() {
    graph.close();
  }

  /**
   * By hand: of what the cup passes on in a hop, half of its activation, 0.6 / (0.6 + 0.4) goes to
   * the container and the rest to the handle. The container passes on what it got in the first hop,
   * one half to the mug and one back to the cup.
   */
  @Test
  void activationIsSharedOutByTheWeightsOfTheRelations() {
    Spread spread = graph.spread(new int[] {CUP}, new float[] {0.8f});

    assertThat(spread.reached()).containsExactly(CUP, CONTAINER, MUG, HANDLE);
    assertThat(spread.added(CONTAINER)).isCloseTo(2 * 0.8f * 0.5f * 0.6f, within(1e-6f));
    assertThat(spread.added(HANDLE)).isCloseTo(2 * 0.8f * 0.5f * 0.4f, within(1e-6f));
    assertThat(spread.added(MUG)).isCloseTo(0.24f * 0.5f * 0.5f, within(1e-6f));
    assertThat(spread.added(CUP)).isCloseTo(0.24f * 0.5f * 0.5f, within(1e-6f));
    assertThat(spread.added(ELSEWHERE)).isZero();
  }

  @Test
  void itIsToldOverWhichPointerActivationCame() {
    Spread spread = graph.spread(new int[] {CUP, HANDLE}, new float[] {0.8f, 1});

    assertThat(spread.contributions(CONTAINER))
        .extracting(Contribution::pointer)
        .containsExactly(CUP_IS_A_CONTAINER);
    assertThat(spread.contributions(MUG))
        .singleElement()
        .satisfies(contribution -> {
          assertThat(contribution.pointer()).isEqualTo(A_CONTAINER_MAY_BE_A_MUG);
          assertThat(contribution.activation()).isCloseTo(0.06f, within(1e-6f));
        });
    assertThat(spread.contributions(ELSEWHERE)).isEmpty();
  }

  /** At the bound on sources and activations, into one synset and back, nothing is divided. */
  @Test
  void whatIsAddedIsTheSumOfTheContributionsHoweverMuchItIs() {
    int sources = RelationGraph.SOURCES_MAX;
    List<Pointer> both =
        IntStream.rangeClosed(1, sources)
            .boxed()
            .flatMap(source ->
                List.of(
                    new Pointer(source, Relation.HYPERNYM, 0),
                    new Pointer(0, Relation.HYPONYM, source))
                    .stream())
            .toList();
    float[] activations = new float[sources];
    Arrays.fill(activations, 1);

    try (RelationGraph star = new RelationGraph(sources + 1, both)) {
      Spread spread = star.spread(IntStream.rangeClosed(1, sources).toArray(), activations);

      assertThat(spread.added(0)).isCloseTo(sources, within(1e-4f));
      assertThat(spread.contributions(0)).hasSize(sources);
      assertThat(spread.added(1)).isCloseTo(0.5f * 0.5f, within(1e-5f));
    }
  }

  @Test
  void contributionsComeToWhatWasAddedInAnyGraph() {
    Random random = new Random(11);
    int synsets = 200;
    List<Pointer> pointers =
        IntStream.range(0, 900)
            .mapToObj(i ->
                new Pointer(
                    random.nextInt(synsets),
                    RELATIONS.get(random.nextInt(RELATIONS.size())),
                    random.nextInt(synsets)))
            .toList();
    int[] sources = IntStream.range(0, 20).map(i -> i * 7).toArray();
    float[] activations = new float[sources.length];
    for (int i = 0; i < activations.length; i++) {
      activations[i] = random.nextFloat();
    }

    try (RelationGraph random200 = new RelationGraph(synsets, pointers)) {
      Spread spread = random200.spread(sources, activations);

      assertThat(spread.reached()).hasSizeGreaterThan(100);
      for (int synset = 0; synset < synsets; synset++) {
        List<Contribution> contributions = spread.contributions(synset);
        double sum = contributions.stream().mapToDouble(Contribution::activation).sum();
        assertThat(spread.added(synset)).isCloseTo((float) sum, within(1e-5f));
        assertThat(contributions)
            .isSortedAccordingTo((a, b) -> Float.compare(b.activation(), a.activation()))
            .doesNotHaveDuplicates();
      }
    }
  }

  @Test
  void withoutSourcesNothingIsReached() {
    Spread spread = graph.spread(new int[0], new float[0]);

    assertThat(spread.reached()).isEmpty();
    assertThat(spread.added(CUP)).isZero();
  }

  @Test
  void tooManySourcesAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> graph.spread(new int[33], new float[33]))
        .withMessage("33 synsets; at most 32");
  }
}

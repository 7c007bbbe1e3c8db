package dev.engram.arena.examples.recall;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaScope;
import dev.engram.arena.examples.recall.RelationGraph.Spread;
import dev.engram.arena.kernels.CosineSimilarity;
import dev.engram.arena.kernels.Match;
import dev.engram.arena.kernels.MemoryDecay;
import dev.engram.arena.kernels.VectorMatrix;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Memories that are recalled by their meaning, by what they are associated with, and more readily
 * for a while after they were recalled.
 *
 * <ol>
 *   <li>The {@value RelationGraph#SOURCES_MAX} memories that are most similar to the question are
 *       found.
 *   <li>From their synsets activation spreads over WordNet's relations, {@value #ASSOCIATION} of
 *       their similarity. What reaches a memory is added to its similarity; memories that only
 *       spreading reaches are candidates too.
 *   <li>A memory that was recalled before gets {@value #RECENCY}, which halves every day.
 * </ol>
 */
final class AssociativeMemory implements AutoCloseable {

  /**
   * What part of its similarity a memory starts to spread with. Little, since what is general is
   * related to much: of every third thing in WordNet, asked for by its own vector, 97 % still come
   * first; with twice as much, 83 %.
   */
  static final float ASSOCIATION = 0.05f;

  /** The strength of having been recalled just now: it decides between what is about as strong. */
  static final float RECENCY = 0.05f;

  static final double HALF_LIFE_SECONDS = 24 * 60 * 60;

  /** The age of what was never recalled, of which nothing is left. */
  static final long NEVER_RECALLED = Long.MAX_VALUE;

  private final VectorMatrix vectors;
  private final RelationGraph relations;
  private final int firstSynset;

  /**
   * Copies the memories.
   *
   * @param vectors one of {@link Embedder#DIMENSION} for each memory, one after the other
   * @param wordNet the first vector is that of its first memory, and so on
   */
  AssociativeMemory(MemorySegment vectors, WordNet wordNet) {
    long rowBytes = (long) Embedder.DIMENSION * Float.BYTES;
    int rows = Math.toIntExact(vectors.byteSize() / rowBytes);
    this.vectors = VectorMatrix.allocate(rows, Embedder.DIMENSION);
    for (int row = 0; row < rows; row++) {
      this.vectors.setRow(row, vectors.asSlice(row * rowBytes, rowBytes));
    }
    this.vectors.computeNorms();
    relations = new RelationGraph(wordNet.synsets().size(), wordNet.pointers());
    firstSynset = wordNet.firstMemory();
  }

  int size() {
    return vectors.rows();
  }

  long relationCount() {
    return relations.pointerCount();
  }

  /**
   * What answers a question.
   *
   * @param recollections the strongest first
   * @param spread tells where their activation came from
   */
  record Answer(List<Recollection> recollections, Spread spread) {}

  /**
   * Recalls the memories that answer a question best.
   *
   * <p>All scratch is taken from one scope of the thread's arena.
   *
   * @param question a vector of {@link Embedder#DIMENSION}
   * @param agesSeconds the time since each memory was recalled, or {@link #NEVER_RECALLED}
   * @param count how many at most
   * @throws dev.engram.arena.ArenaOverflowException if the scratch does not fit the thread's arena
   */
  Answer recall(float[] question, long[] agesSeconds, int count) {
    try (ArenaScope scratch = ArenaControl.openScope()) {
      List<Match> similar =
          CosineSimilarity.topK(
              scratch.allocateFrom(JAVA_FLOAT, question), vectors, RelationGraph.SOURCES_MAX);
      Spread spread = spreadFrom(similar);
      List<Match> candidates = new ArrayList<>(similar);
      candidates.addAll(reachedBeside(similar, spread, question));
      float[] recencies = recencies(candidates, agesSeconds);
      List<Recollection> recollections = new ArrayList<>();
      for (int i = 0; i < candidates.size(); i++) {
        Match candidate = candidates.get(i);
        int synset = firstSynset + candidate.index();
        recollections.add(
            new Recollection(
                candidate.index(),
                synset,
                candidate.score(),
                i < similar.size() ? i + 1 : 0,
                spread.added(synset),
                0,
                recencies[i]));
      }
      return new Answer(rank(recollections, count), spread);
    }
  }

  private Spread spreadFrom(List<Match> similar) {
    // What points away from the question brings nothing to mind.
    List<Match> sources = similar.stream().filter(match -> match.score() > 0).toList();
    float[] activations = new float[sources.size()];
    for (int i = 0; i < activations.length; i++) {
      activations[i] = ASSOCIATION * sources.get(i).score();
    }
    return relations.spread(
        sources.stream().mapToInt(match -> firstSynset + match.index()).toArray(), activations);
  }

  /** The memories that only spreading found, with their similarity, which is not known yet. */
  private List<Match> reachedBeside(List<Match> similar, Spread spread, float[] question) {
    Set<Integer> known = similar.stream().map(Match::index).collect(Collectors.toSet());
    int[] reached =
        Arrays.stream(spread.reached())
            .map(synset -> synset - firstSynset)
            .filter(memory -> memory >= 0 && memory < vectors.rows() && !known.contains(memory))
            .toArray();
    float[][] rows = Arrays.stream(reached).mapToObj(vectors::row).toArray(float[][]::new);
    if (rows.length == 0) {
      return List.of();
    }
    float[] similarities = CosineSimilarity.scores(question, rows);
    return IntStream.range(0, reached.length)
        .mapToObj(i -> new Match(reached[i], similarities[i]))
        .toList();
  }

  private static float[] recencies(List<Match> candidates, long[] agesSeconds) {
    float[] recencies = new float[candidates.size()];
    Arrays.fill(recencies, RECENCY);
    long[] ages =
        candidates.stream().mapToLong(candidate -> agesSeconds[candidate.index()]).toArray();
    MemoryDecay.applyHalfLife(recencies, ages, HALF_LIFE_SECONDS);
    return recencies;
  }

  /**
   * Ranks by similarity and activation, then by strength. Sorting is stable: equal ones stay in the
   * order of the step before.
   */
  private static List<Recollection> rank(List<Recollection> recollections, int count) {
    List<Recollection> associated =
        recollections.stream()
            .sorted(Comparator.comparingDouble(found -> -(found.similarity() + found.activation())))
            .toList();
    return IntStream.range(0, associated.size())
        .mapToObj(i -> associated.get(i).withActivationRank(i + 1))
        .sorted(Comparator.comparingDouble(found -> -found.strength()))
        .limit(count)
        .toList();
  }

  /** Marks the vectors and the graph closed. */
  @Override
  public void close() {
    vectors.close();
    relations.close();
  }
}

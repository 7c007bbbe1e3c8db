package dev.engram.arena.examples.recall;

import dev.engram.arena.kernels.Activations;
import dev.engram.arena.kernels.CsrGraph;
import dev.engram.arena.kernels.SpreadOptions;
import dev.engram.arena.kernels.SpreadingActivation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The pointers of WordNet as a graph, over which activation spreads from one synset to another.
 *
 * <p>A synset shares out what it passes on among its pointers, in proportion to the weights of
 * their relations, so that one with hundreds of pointers brings none of them to mind as strongly as
 * one with two would: the fan effect of associative memory (J. R. Anderson, 1974).
 */
final class RelationGraph implements AutoCloseable {

  /** Enough to get from one thing to another of the same kind. */
  static final int HOPS = 2;

  /** The most that a synset passes on is half of what it has. */
  static final float DECAY_PER_HOP = 0.5f;

  /** The most synsets that {@link #spread} starts from. */
  static final int SOURCES_MAX = 32;

  /**
   * What activations are multiplied by while they spread. The kernel divides all of them where one
   * exceeds 1; this keeps their sum, which one hop raises by half at most, below 1, and what was
   * added to each stays a difference: 32 sources of at most 1, times 1.5 twice, are 72. A power of
   * two, so that nothing is rounded.
   */
  private static final float SCALE = 1 / 128f;

  private static final SpreadOptions OPTIONS = SpreadOptions.DEFAULT.withDecayPerHop(DECAY_PER_HOP);

  private final List<Pointer> pointers;

  /** By synset, the sum of its relations' weights. */
  private final float[] weightsOut;

  private final CsrGraph graph;

  RelationGraph(int synsets, List<Pointer> pointers) {
    this.pointers = pointers;
    weightsOut = new float[synsets];
    for (Pointer pointer : pointers) {
      weightsOut[pointer.source()] += pointer.relation().weight();
    }
    CsrGraph.Builder builder = CsrGraph.builder(synsets);
    for (Pointer pointer : pointers) {
      builder.addEdge(pointer.source(), pointer.target(), share(pointer));
    }
    graph = builder.build();
  }

  /** What part of what its source passes on a pointer leads to its target. */
  private float share(Pointer pointer) {
    return pointer.relation().weight() / weightsOut[pointer.source()];
  }

  long pointerCount() {
    return graph.edges();
  }

  /**
   * Spreads activation.
   *
   * @param synsets different synsets, {@value #SOURCES_MAX} at most
   * @param activations the activation of each, above 0 and at most 1
   * @throws dev.engram.arena.ArenaOverflowException if the scratch does not fit the thread's arena
   */
  Spread spread(int[] synsets, float[] activations) {
    if (synsets.length > SOURCES_MAX) {
      throw new IllegalArgumentException(synsets.length + " synsets; at most " + SOURCES_MAX);
    }
    float[] scaled = activations.clone();
    Map<Integer, Float> start = new HashMap<>();
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] *= SCALE;
      start.put(synsets[i], scaled[i]);
    }
    // A hop at a time, so that it can be told what came from where.
    List<Activations> hops = new ArrayList<>();
    hops.add(SpreadingActivation.spreadFrom(graph, synsets, scaled, 1, OPTIONS));
    while (hops.size() < HOPS) {
      Activations last = hops.getLast();
      hops.add(SpreadingActivation.spreadFrom(graph, last.nodes(), last.activations(), 1, OPTIONS));
    }
    return new Spread(start, hops);
  }

  /** Marks the graph closed. */
  @Override
  public void close() {
    graph.close();
  }

  /**
   * Activation that a synset got over one pointer, in all hops together.
   *
   * @param pointer leads to the synset
   * @param activation how much, above 0
   */
  record Contribution(Pointer pointer, float activation) {}

  /** What came of spreading once. */
  final class Spread {
    private final Map<Integer, Float> start;
    private final List<Activations> hops;

    private Spread(Map<Integer, Float> start, List<Activations> hops) {
      this.start = start;
      this.hops = hops;
    }

    /** Returns the synsets that have an activation now, ascending. */
    int[] reached() {
      return hops.getLast().nodes();
    }

    /** Returns what spreading added to the activation of a synset. */
    float added(int synset) {
      return (hops.getLast().activationOf(synset) - start.getOrDefault(synset, 0f)) / SCALE;
    }

    /** Returns what {@link #added} is the sum of, up to rounding; the largest first. */
    List<Contribution> contributions(int synset) {
      Map<Pointer, Float> byPointer = new LinkedHashMap<>();
      for (Pointer pointer : pointers) {
        if (pointer.target() == synset) {
          // Each of equal pointers, which are between different words, passes on as much again.
          byPointer.merge(
              pointer, DECAY_PER_HOP * share(pointer) * passedOn(pointer.source()), Float::sum);
        }
      }
      return byPointer.entrySet().stream()
          .map(entry -> new Contribution(entry.getKey(), entry.getValue()))
          .filter(contribution -> contribution.activation() > 0)
          .sorted(Comparator.comparingDouble(contribution -> -contribution.activation()))
          .toList();
    }

    /**
     * What a synset had before each hop, all together: the last hop's result is passed on no more.
     */
    private float passedOn(int synset) {
      float sum = start.getOrDefault(synset, 0f);
      for (Activations hop : hops.subList(0, hops.size() - 1)) {
        sum += hop.activationOf(synset);
      }
      return sum / SCALE;
    }
  }
}

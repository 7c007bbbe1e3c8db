package dev.engram.arena.kernels;

/**
 * How activation spreads. Immutable: {@code SpreadOptions.DEFAULT.withDecayPerHop(0.8f)}.
 *
 * @param decayPerHop what is left of an activation over one edge, besides the edge's weight: above
 *     0 and at most 1
 * @param firingThreshold a node with less activation than this does not fire; 0 or more. At 0 every
 *     node fires, those with negative activation too
 */
public record SpreadOptions(float decayPerHop, float firingThreshold) {
  /** Nothing is lost over an edge but by its weight, and every node fires. */
  public static final SpreadOptions DEFAULT = new SpreadOptions(1, 0);

  /**
   * Checks the options.
   *
   * @throws IllegalArgumentException if one is outside what is allowed, or not a number
   */
  public SpreadOptions {
    // Not a number compares as false.
    if (!(decayPerHop > 0 && decayPerHop <= 1)) {
      throw Arguments.refused("decayPerHop", decayPerHop, "above 0 and at most 1");
    }
    if (!(firingThreshold >= 0)) {
      throw Arguments.refused("firingThreshold", firingThreshold, "0 or more");
    }
  }

  /**
   * These options with another decay.
   *
   * @param decay what is left of an activation over one edge: above 0 and at most 1
   * @return other options
   * @throws IllegalArgumentException if {@code decay} is outside that range
   */
  public SpreadOptions withDecayPerHop(float decay) {
    return new SpreadOptions(decay, firingThreshold);
  }

  /**
   * These options with another threshold.
   *
   * @param threshold the least activation with which a node fires: 0 or more
   * @return other options
   * @throws IllegalArgumentException if {@code threshold} is negative or not a number
   */
  public SpreadOptions withFiringThreshold(float threshold) {
    return new SpreadOptions(decayPerHop, threshold);
  }
}

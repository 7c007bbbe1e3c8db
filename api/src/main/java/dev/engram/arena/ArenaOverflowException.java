package dev.engram.arena;

/**
 * Memory could not be had: an allocation does not fit its arena and the {@link OverflowStrategy}
 * does not serve it; or there is no arena to be had, since {@link ArenaConfig#maxTotalBytes()} is
 * reached; or the operating system refused memory for an arena or for an allocation beyond it. The
 * message says which, and has the sizes and the setting to change. The arena is as it was before
 * the call and can go on being used.
 */
public final class ArenaOverflowException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What was asked for, in bytes. */
  private final long requestedBytes;

  /** What the arena had left, in bytes. */
  private final long availableBytes;

  /** Size of the arena, in bytes. */
  private final long capacityBytes;

  ArenaOverflowException(
      String message, long requestedBytes, long availableBytes, long capacityBytes) {
    super(message);
    this.requestedBytes = requestedBytes;
    this.availableBytes = availableBytes;
    this.capacityBytes = capacityBytes;
  }

  /**
   * What was asked for.
   *
   * @return a size in bytes
   */
  public long requestedBytes() {
    return requestedBytes;
  }

  /**
   * What the arena had left at the alignment that was asked for; 0 if the arena itself could not be
   * made.
   *
   * @return a size in bytes
   */
  public long availableBytes() {
    return availableBytes;
  }

  /**
   * The size of the arena; 0 if the arena itself could not be made.
   *
   * @return a size in bytes
   */
  public long capacityBytes() {
    return capacityBytes;
  }
}

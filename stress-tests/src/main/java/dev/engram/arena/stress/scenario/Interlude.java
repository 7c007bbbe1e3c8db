package dev.engram.arena.stress.scenario;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaScope;
import java.lang.foreign.MemorySegment;
import java.util.random.RandomGenerator;

/**
 * What happens while a scope is open, between the filling of its segments and their check, and how
 * memory is asked for. Tests put something in its place that an invariant must find.
 */
interface Interlude {
  /** Goes on at once. */
  Interlude NONE = (random, newest) -> {};

  /**
   * Takes some time.
   *
   * @param random of the calling thread
   * @param newest the segment that was filled last
   */
  void run(RandomGenerator random, MemorySegment newest) throws Exception;

  /** Opens a scope. */
  default ArenaScope open() {
    return ArenaControl.openScope();
  }

  /** How much is asked for where {@code size} bytes are wanted, which do not fit. */
  default long asked(long size) {
    return size;
  }

  /** The same, but for what happens between filling and check. */
  default Interlude doing(Interlude other) {
    Interlude self = this;
    return new Interlude() {
      @Override
      public void run(RandomGenerator random, MemorySegment newest) throws Exception {
        other.run(random, newest);
      }

      @Override
      public ArenaScope open() {
        return self.open();
      }

      @Override
      public long asked(long size) {
        return self.asked(size);
      }
    };
  }
}

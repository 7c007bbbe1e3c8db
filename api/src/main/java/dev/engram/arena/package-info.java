/**
 * Scratch memory next to native code. Each platform thread owns one native region, an
 * <em>arena</em>, with a bump pointer that Java and native kernels share: an allocation is an
 * addition and a store, and everything allocated since a {@linkplain dev.engram.arena.ArenaScope
 * scope} was opened is given back by one store when it closes.
 *
 * {@snippet lang=java :
 * ArenaControl.configure(ArenaConfig.builder().poolSize("4m").build());
 * try (ArenaScope scratch = ArenaControl.openScope()) {
 *   MemorySegment query = scratch.allocateFrom(ValueLayout.JAVA_FLOAT, 0.5f, 0.25f);
 *   MemorySegment scores = scratch.allocate(ValueLayout.JAVA_FLOAT, 100);
 * } // both segments are dead now
 * System.out.println(ArenaControl.stats());
 * }
 *
 * <p>{@link dev.engram.arena.ArenaControl} is the entry point. What it configures and counts is one
 * per loaded native library: all threads of the process share one configuration and one set of
 * totals. All sizes are bytes.
 *
 * <p>An allocation that does not fit is treated as the {@link dev.engram.arena.OverflowStrategy}
 * says, and told to every {@link dev.engram.arena.OverflowListener}. How much memory all arenas may
 * hold together, which pages they have and whether they are wiped is set by {@link
 * dev.engram.arena.ArenaConfig}, at any time.
 *
 * <p>A virtual thread has no arena of its own. It leases one from its outermost open scope to that
 * scope's close, and may block and change carriers in between.
 */
package dev.engram.arena;

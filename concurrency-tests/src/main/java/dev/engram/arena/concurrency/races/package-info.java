/**
 * What one thread asks of all arenas, against what another does in its own at that moment: through
 * the public interface, and so through all of the library.
 */
@NullMarked
package dev.engram.arena.concurrency.races;

import org.jspecify.annotations.NullMarked;

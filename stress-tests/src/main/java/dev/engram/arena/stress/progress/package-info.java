/** What a run says while it goes on. */
@NullMarked
package dev.engram.arena.stress.progress;

import org.jspecify.annotations.NullMarked;

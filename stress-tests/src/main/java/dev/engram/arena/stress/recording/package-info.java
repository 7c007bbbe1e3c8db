/** What is recorded of a run for its report, if one is wanted. */
@NullMarked
package dev.engram.arena.stress.recording;

import org.jspecify.annotations.NullMarked;

/** Vectors to compare, generated or read from a file, with the scores that they must have. */
@NullMarked
package dev.engram.arena.stress.vectors;

import org.jspecify.annotations.NullMarked;

/** Tests of the recall example. */
@NullMarked
package dev.engram.arena.examples.recall;

import org.jspecify.annotations.NullMarked;

/** The scenarios: what a run does to the arenas, and the invariants that must hold. */
@NullMarked
package dev.engram.arena.stress.scenario;

import org.jspecify.annotations.NullMarked;

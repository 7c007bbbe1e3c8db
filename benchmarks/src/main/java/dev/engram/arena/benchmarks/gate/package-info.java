/**
 * The regression gate: ratios to peers that are measured in the same run, compared with those that
 * were recorded.
 */
@NullMarked
package dev.engram.arena.benchmarks.gate;

import org.jspecify.annotations.NullMarked;

/** The kernels and their peers, on the same data, each checked before it is measured. */
@NullMarked
package dev.engram.arena.benchmarks.kernels;

import org.jspecify.annotations.NullMarked;

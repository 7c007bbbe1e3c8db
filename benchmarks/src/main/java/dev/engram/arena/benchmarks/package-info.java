/** The benchmarks' command line: what is measured, and how much effort goes into it. */
@NullMarked
package dev.engram.arena.benchmarks;

import org.jspecify.annotations.NullMarked;

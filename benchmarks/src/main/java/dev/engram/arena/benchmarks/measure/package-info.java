/** Measures: JMH in forked JVMs, and a sweep over numbers of threads. */
@NullMarked
package dev.engram.arena.benchmarks.measure;

import org.jspecify.annotations.NullMarked;

/**
 * What is measured: a scope with a few segments, by this library and by each of its peers. One
 * class for each family of peers; all do the same work, which is in {@link
 * dev.engram.arena.benchmarks.alloc.Scratch}.
 */
@NullMarked
package dev.engram.arena.benchmarks.alloc;

import org.jspecify.annotations.NullMarked;

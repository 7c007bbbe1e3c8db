/** What the measurements come to: ratios beside the figures to reach, as a table and as JSON. */
@NullMarked
package dev.engram.arena.benchmarks.report;

import org.jspecify.annotations.NullMarked;

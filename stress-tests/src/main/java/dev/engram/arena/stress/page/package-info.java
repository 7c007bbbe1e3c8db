/** The page of a report: one file of HTML that needs nothing else, with charts as SVG. */
@NullMarked
package dev.engram.arena.stress.page;

import org.jspecify.annotations.NullMarked;

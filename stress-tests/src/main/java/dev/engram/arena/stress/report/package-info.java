/** What a run says at its end, for people and for programs. */
@NullMarked
package dev.engram.arena.stress.report;

import org.jspecify.annotations.NullMarked;

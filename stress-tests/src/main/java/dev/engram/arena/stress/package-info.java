/** The stress runner's command line: options, exit codes and what a run goes through. */
@NullMarked
package dev.engram.arena.stress;

import org.jspecify.annotations.NullMarked;

package dev.engram.arena.stress;

import dev.engram.arena.stress.progress.BarProgress;
import dev.engram.arena.stress.progress.LineProgress;
import dev.engram.arena.stress.progress.Progress;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The streams of a run.
 *
 * @param out where the result goes
 * @param err where progress and errors go
 * @param interactive whether {@code err} is a terminal
 */
record Terminal(PrintStream out, PrintStream err, boolean interactive) {

  /** The streams of this process. */
  static Terminal ofProcess() {
    return new Terminal(System.out, System.err, standardErrorIsTerminal());
  }

  /** Where a run says how far it is. */
  Progress progress() {
    return interactive ? new BarProgress(err) : new LineProgress(err);
  }

  /** {@code System.console()} tells of the other two streams only. */
  private static boolean standardErrorIsTerminal() {
    try {
      Path target = Files.readSymbolicLink(Path.of("/proc/self/fd/2"));
      return target.startsWith("/dev/pts")
          || target.toString().startsWith("/dev/tty")
          || target.startsWith("/dev/console");
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }
}

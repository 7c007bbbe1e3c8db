package dev.engram.arena.benchmarks;

import dev.engram.arena.benchmarks.alloc.Variant;
import dev.engram.arena.benchmarks.measure.Effort;
import dev.engram.arena.benchmarks.report.RecorderFigures;
import dev.engram.arena.benchmarks.report.Suite;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/** Measures what the flight recorder's events cost. */
@Command(
    name = "jfr",
    description =
        "Opens a scope, allocates 1, 10 or 100 segments, writes a float in each and closes: with no"
            + " flight recording, without jdk.jfr, in a recording of all but scopes, and in one of"
            + " scopes.")
final class JfrCommand extends SuiteCommand {
  JfrCommand(PrintStream out, PrintStream err, Effort quickEffort, Effort fullEffort) {
    super(out, err, quickEffort, fullEffort);
  }

  @Override
  Suite suite() {
    return new Suite(
        "jfr",
        "segments",
        Variant.SEGMENTS,
        TimeUnit.NANOSECONDS,
        Stream.concat(Stream.of(Variant.SCOPE_LOCAL), Variant.OF_RECORDER.stream()).toList(),
        List.of(),
        RecorderFigures.ALL);
  }
}

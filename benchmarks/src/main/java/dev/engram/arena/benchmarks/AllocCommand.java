package dev.engram.arena.benchmarks;

import dev.engram.arena.benchmarks.alloc.MimallocLibrary;
import dev.engram.arena.benchmarks.alloc.Variant;
import dev.engram.arena.benchmarks.measure.Effort;
import dev.engram.arena.benchmarks.measure.SweepRun;
import dev.engram.arena.benchmarks.report.Figures;
import dev.engram.arena.benchmarks.report.Suite;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures scopes and allocations. */
@Command(
    name = "alloc",
    description =
        "Opens a scope, allocates 1, 10 or 100 segments of 3 KiB aligned to 64, writes a float in"
            + " each and closes: this library beside what else a Java program can use.")
final class AllocCommand extends SuiteCommand {
  @Option(
      names = "--mimalloc",
      paramLabel = "FILE",
      description = "mimalloc's shared library, where the system does not find it by itself.")
  private @Nullable Path mimalloc;

  AllocCommand(PrintStream out, PrintStream err, Effort quickEffort, Effort fullEffort) {
    super(out, err, quickEffort, fullEffort);
  }

  @Override
  void checkOptions() {
    if (mimalloc == null) {
      return;
    }
    System.setProperty(MimallocLibrary.PATH_PROPERTY, mimalloc.toAbsolutePath().toString());
    try {
      MimallocLibrary.isPresent();
    } catch (IllegalArgumentException e) {
      throw refusal("--mimalloc: " + e.getMessage());
    }
  }

  @Override
  Suite suite() {
    return new Suite(
        "alloc",
        "segments",
        Variant.SEGMENTS,
        TimeUnit.NANOSECONDS,
        Stream.of(Variant.values()).filter(v -> !Variant.OF_RECORDER.contains(v)).toList(),
        SweepRun.VARIANTS,
        Figures.ALL);
  }
}

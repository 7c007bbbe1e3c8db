package dev.engram.arena.benchmarks;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.benchmarks.alloc.MimallocLibrary;
import dev.engram.arena.benchmarks.measure.Effort;
import dev.engram.arena.benchmarks.measure.Machine;
import dev.engram.arena.benchmarks.report.BenchReport;
import dev.engram.arena.benchmarks.report.JsonReport;
import dev.engram.arena.benchmarks.report.TableReport;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures scopes and allocations, from the command line to the exit code. */
@Command(
    name = "alloc",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Opens a scope, allocates 1, 10 or 100 segments of 3 KiB aligned to 64, writes a float in"
            + " each and closes: this library beside what else a Java program can use.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:all was measured, whatever came of it",
      "2:an option cannot be used",
      "3:cannot run here; says what is missing"
    })
final class AllocCommand implements Callable<Integer> {
  /** The load average from which on the figures are doubtful. */
  private static final double BUSY = 0.5;

  private final PrintStream out;
  private final PrintStream err;
  private final Effort quickEffort;
  private final Effort fullEffort;

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--quick",
      description = "A look in about two minutes: one fork of each, short iterations.")
  private boolean quick;

  @Option(names = "--json", paramLabel = "FILE", description = "Writes the result to a file too.")
  private @Nullable Path json;

  @Option(
      names = "--mimalloc",
      paramLabel = "FILE",
      description = "mimalloc's shared library, where the system does not find it by itself.")
  private @Nullable Path mimalloc;

  AllocCommand(PrintStream out, PrintStream err, Effort quickEffort, Effort fullEffort) {
    this.out = out;
    this.err = err;
    this.quickEffort = quickEffort;
    this.fullEffort = fullEffort;
  }

  @Override
  public Integer call() {
    checkJsonFile();
    findMimalloc();
    loadLibrary();
    Effort effort = quick ? quickEffort : fullEffort;
    Machine machine = Machine.now();
    if (machine.loadAverage() >= BUSY) {
      err.printf(
          Locale.ROOT,
          "bench: others use this machine (load average %.2f), which the figures will show%n",
          machine.loadAverage());
    }
    BenchReport report = new AllocRun(effort, machine, err).run();
    TableReport.print(report, out);
    writeJson(report);
    return ExitCode.MEASURED;
  }

  /** Before a long run has been for nothing. */
  private void checkJsonFile() {
    if (json == null) {
      return;
    }
    Path directory = json.toAbsolutePath().getParent();
    if (directory == null || !Files.isDirectory(directory)) {
      throw refusal("--json: " + json + ": there is no such directory");
    }
  }

  private void findMimalloc() {
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

  /** What is missing, or malformed in the environment, shows here and not in the first fork. */
  private void loadLibrary() {
    try {
      ArenaControl.config();
    } catch (IllegalArgumentException e) {
      throw refusal(e.getMessage());
    } catch (LinkageError e) {
      throw new CannotRunException(e.getMessage(), e);
    }
  }

  private void writeJson(BenchReport report) {
    if (json == null) {
      return;
    }
    try {
      Files.writeString(json, JsonReport.text(report));
    } catch (IOException e) {
      throw new CannotRunException("the report could not be written: " + e, e);
    }
  }

  private ParameterException refusal(@Nullable String message) {
    return new ParameterException(
        Objects.requireNonNull(spec).commandLine(), String.valueOf(message));
  }
}

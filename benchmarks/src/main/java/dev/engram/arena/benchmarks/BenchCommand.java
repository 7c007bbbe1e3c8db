package dev.engram.arena.benchmarks;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.benchmarks.measure.Effort;
import dev.engram.arena.benchmarks.measure.Machine;
import dev.engram.arena.benchmarks.report.BenchReport;
import dev.engram.arena.benchmarks.report.JsonReport;
import dev.engram.arena.benchmarks.report.Suite;
import dev.engram.arena.benchmarks.report.TableReport;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures a suite, from the command line to the exit code. */
@Command(
    mixinStandardHelpOptions = true,
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:all was measured, whatever came of it",
      "2:an option cannot be used",
      "3:cannot run here; says what is missing"
    })
abstract class BenchCommand implements Callable<Integer> {
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

  BenchCommand(PrintStream out, PrintStream err, Effort quickEffort, Effort fullEffort) {
    this.out = out;
    this.err = err;
    this.quickEffort = quickEffort;
    this.fullEffort = fullEffort;
  }

  /** Looks at the options that only this command has. */
  void checkOptions() {}

  /** What to measure, once the library has been loaded. */
  abstract Suite suite();

  /** What else a reader must know, by subject. */
  Map<String, String> notes() {
    return Map.of();
  }

  @Override
  public Integer call() {
    checkJsonFile();
    checkOptions();
    loadLibrary();
    Machine machine = Machine.now();
    if (machine.loadAverage() >= BUSY) {
      err.printf(
          Locale.ROOT,
          "bench: others use this machine (load average %.2f), which the figures will show%n",
          machine.loadAverage());
    }
    Effort effort = quick ? quickEffort : fullEffort;
    BenchReport report = new SuiteRun(suite(), notes(), effort, machine, err).run();
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

  /** What to throw if an option cannot be used. */
  ParameterException refusal(@Nullable String message) {
    return new ParameterException(
        Objects.requireNonNull(spec).commandLine(), String.valueOf(message));
  }
}

package dev.engram.arena.benchmarks;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.benchmarks.measure.Machine;
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

/** What all benchmarks have in common, from the command line to the exit code. */
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

  final PrintStream out;
  final PrintStream err;

  @Spec private @Nullable CommandSpec spec;

  @Option(names = "--json", paramLabel = "FILE", description = "Writes the result to a file too.")
  private @Nullable Path json;

  BenchCommand(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  /** Looks at the options that only this command has. */
  void checkOptions() {}

  /** Measures, once the library has been loaded. Returns an {@link ExitCode}. */
  abstract int measure(Machine machine);

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
    return measure(machine);
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

  /** Writes to the file that was asked for, if one was. */
  final void writeJson(String text) {
    if (json == null) {
      return;
    }
    try {
      Files.writeString(json, text);
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

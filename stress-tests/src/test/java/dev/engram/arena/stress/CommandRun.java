package dev.engram.arena.stress;

import dev.engram.arena.stress.progress.Stop;
import dev.engram.arena.stress.scenario.Scenario;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * A run of the command line.
 *
 * @param exitCode what it ended with
 * @param out all of standard output
 * @param err all of standard error
 */
record CommandRun(int exitCode, String out, String err) {

  /** In this JVM, with the scenarios that there are. */
  static CommandRun inProcess(String... args) {
    return inProcess(StressMain.SCENARIOS, args);
  }

  static CommandRun inProcess(List<Scenario> scenarios, String... args) {
    return capture(terminal -> StressMain.run(scenarios, terminal, new Stop(), args));
  }

  /** What a command with an exit code prints to its terminal. */
  static CommandRun capture(ToIntFunction<Terminal> command) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Terminal terminal =
        new Terminal(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            false);
    int exitCode = command.applyAsInt(terminal);
    return new CommandRun(
        exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  List<String> errorLines() {
    return err.lines().toList();
  }
}

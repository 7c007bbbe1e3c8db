package dev.engram.arena.stress;

import dev.engram.arena.OverflowStrategy;
import dev.engram.arena.stress.progress.Stop;
import dev.engram.arena.stress.scenario.CannotRunException;
import dev.engram.arena.stress.scenario.ChurnScenario;
import dev.engram.arena.stress.scenario.IsolationScenario;
import dev.engram.arena.stress.scenario.MixedScenario;
import dev.engram.arena.stress.scenario.OverflowScenario;
import dev.engram.arena.stress.scenario.PressureScenario;
import dev.engram.arena.stress.scenario.ReconfigureScenario;
import dev.engram.arena.stress.scenario.Scenario;
import dev.engram.arena.stress.scenario.SoakScenario;
import dev.engram.arena.stress.scenario.VirtualScenario;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import picocli.CommandLine;

/** The program behind {@code scripts/stress}. */
public final class StressMain {
  /** The first is the default. */
  static final List<Scenario> SCENARIOS =
      List.of(
          new IsolationScenario(),
          new OverflowScenario(),
          new ChurnScenario(),
          new ReconfigureScenario(),
          new VirtualScenario(),
          new PressureScenario(),
          new MixedScenario(),
          new SoakScenario());

  private static final String SUITE = "suite";

  /** How long a run that is interrupted may take to end by itself. */
  private static final Duration RUN_GRACE = Duration.ofSeconds(8);

  /** Longer than that of the run that it waits for, with what that takes beyond. */
  private static final Duration SUITE_GRACE = Duration.ofSeconds(15);

  private StressMain() {}

  /**
   * Runs one scenario, or all of them, and ends the JVM: 0 if all invariants held, 1 if one broke,
   * 2 on a usage error, 3 if it cannot run here.
   *
   * @param args options, and the name of a scenario
   */
  public static void main(String[] args) {
    Terminal terminal = Terminal.ofProcess();
    Stop stop = new Stop();
    boolean suite = args.length > 0 && args[0].equals(SUITE);
    System.exit(
        Interruption.guard(
            terminal,
            stop,
            suite ? SUITE_GRACE : RUN_GRACE,
            () -> run(SCENARIOS, terminal, stop, args)));
  }

  /** Runs one of the scenarios; the first is the default. Returns an {@link ExitCode}. */
  static int run(List<Scenario> scenarios, Terminal terminal, Stop stop, String... args) {
    CommandLine commandLine =
        new CommandLine(new StressCommand(scenarios, terminal, stop))
            .addSubcommand(SUITE, new SuiteCommand(terminal, stop, SuitePlan.ALL))
            .setOut(new PrintWriter(terminal.out(), true, terminal.out().charset()))
            .setErr(new PrintWriter(terminal.err(), true, terminal.err().charset()))
            .setParameterExceptionHandler((e, arguments) -> refuse(terminal, ExitCode.USAGE, e))
            .setExecutionExceptionHandler((e, line, result) -> explain(terminal, e));
    commandLine.getCommandSpec().usageMessage().footer(describe(scenarios));
    // picocli catches exceptions only; the JVM's own 1 would say that an invariant broke.
    try {
      return commandLine.execute(args);
    } catch (OutOfMemoryError e) {
      terminal
          .err()
          .println(
              "stress: out of memory: " + e.getMessage() + "; give less data or a larger heap");
    } catch (Throwable t) {
      t.printStackTrace(terminal.err());
    }
    return ExitCode.CANNOT_RUN;
  }

  /** Lines for the help; a per cent sign would have to be doubled. */
  private static String[] describe(List<Scenario> scenarios) {
    return scenarios.stream()
        .flatMap(scenario ->
            Stream.of(
                "",
                "@|bold " + scenario.name() + "|@: " + scenario.description(),
                "Defaults: " + defaults(scenario)))
        .toArray(String[]::new);
  }

  private static String defaults(Scenario scenario) {
    Scenario.Defaults defaults = scenario.defaults();
    Duration duration = defaults.duration();
    return "--threads %d %s%s --pool-size %d --overflow %s"
        .formatted(
            defaults.threads(),
            duration == null
                ? "--iterations " + defaults.iterations()
                : "--duration " + duration.toSeconds() + "s",
            scenario.comparesVectors()
                ? " --dim %d --candidates %d"
                    .formatted(defaults.dimensions(), defaults.candidates())
                : "",
            defaults.poolSizeBytes(),
            defaults.overflow() == OverflowStrategy.ERROR_RETURN
                ? "error"
                : defaults.overflow().name().toLowerCase(Locale.ROOT));
  }

  static int explain(Terminal terminal, Exception e) {
    return switch (e) {
      case UsageException usage -> refuse(terminal, ExitCode.USAGE, usage);
      case CannotRunException cannotRun -> refuse(terminal, ExitCode.CANNOT_RUN, cannotRun);
      default -> {
        e.printStackTrace(terminal.err());
        yield ExitCode.CANNOT_RUN;
      }
    };
  }

  private static int refuse(Terminal terminal, int exitCode, Exception e) {
    String line = String.valueOf(e.getMessage()).strip().replaceAll("\\s*\\R\\s*", " ");
    String hint = exitCode == ExitCode.USAGE ? " (--help lists the options)" : "";
    terminal.err().println("stress: " + line + hint);
    return exitCode;
  }
}

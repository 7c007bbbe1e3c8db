package dev.engram.arena.stress;

import dev.engram.arena.ArenaConfig;
import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaStats;
import dev.engram.arena.stress.progress.Progress;
import dev.engram.arena.stress.progress.RunProgress;
import dev.engram.arena.stress.progress.Stop;
import dev.engram.arena.stress.recording.RunRecorder;
import dev.engram.arena.stress.report.JsonReport;
import dev.engram.arena.stress.report.RunReport;
import dev.engram.arena.stress.report.TableReport;
import dev.engram.arena.stress.scenario.CannotRunException;
import dev.engram.arena.stress.scenario.Scenario;
import dev.engram.arena.stress.scenario.ScenarioResult;
import dev.engram.arena.stress.scenario.StressSettings;
import dev.engram.arena.stress.vectors.FileVectors;
import dev.engram.arena.stress.vectors.GaussianVectors;
import dev.engram.arena.stress.vectors.VectorSource;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** One run, from the command line to the exit code. */
@Command(
    name = "stress",
    mixinStandardHelpOptions = true,
    versionProvider = StressVersion.class,
    sortOptions = false,
    description = "Runs native arenas under load and checks what must hold.",
    footerHeading = "%nScenarios:%n",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:all invariants held",
      "1:an invariant broke; it is named",
      "2:an option or a setting cannot be used",
      "3:cannot run here; says what is missing",
      "130, 143:interrupted, by Ctrl-C or a request to end; the report has what was done until then"
    })
final class StressCommand implements Callable<Integer> {
  private final List<Scenario> scenarios;
  private final Terminal terminal;
  private final Stop stop;

  @Parameters(
      arity = "0..1",
      paramLabel = "SCENARIO",
      description = "What to run, one of those below. If not given: the first.")
  private @Nullable String scenarioName;

  @Option(
      names = "--workload",
      paramLabel = "SCENARIO",
      description = "The scenario, given as an option.")
  private @Nullable String workload;

  @Mixin private final StressOptions options = new StressOptions();
  @Mixin private final ReportOptions reports = new ReportOptions();

  StressCommand(List<Scenario> scenarios, Terminal terminal, Stop stop) {
    this.scenarios = scenarios;
    this.terminal = terminal;
    this.stop = stop;
  }

  @Override
  public Integer call() throws InterruptedException {
    Scenario scenario = scenario();
    if (!scenario.comparesVectors()) {
      options.refuseVectors(scenario.name());
    }
    VectorSource vectors = vectors(scenario);
    StressSettings settings = options.settings(scenario.defaults(), vectors.dimensions());
    try {
      scenario.check(settings);
    } catch (IllegalArgumentException e) {
      throw new UsageException(e);
    }
    ReportOptions.Outputs outputs = reports.open();
    configure(settings.arenas());
    RunReport report =
        reports.record() || options.record()
            ? recorded(scenario, settings, vectors)
            : run(scenario, settings, vectors, null);
    TableReport.print(report, terminal.out());
    outputs.write(JsonReport.alone(report), report, terminal.out());
    if (report.interrupted()) {
      return ExitCode.INTERRUPTED;
    }
    return report.held() ? ExitCode.HELD : ExitCode.BROKEN;
  }

  private RunReport recorded(Scenario scenario, StressSettings settings, VectorSource vectors)
      throws InterruptedException {
    try (RunRecorder recorder = new RunRecorder()) {
      return run(scenario, settings, vectors, recorder);
    }
  }

  private RunReport run(
      Scenario scenario,
      StressSettings settings,
      VectorSource vectors,
      @Nullable RunRecorder recorder)
      throws InterruptedException {
    ScenarioResult result;
    long began = System.nanoTime();
    try (Progress progress = new RunProgress(terminal.progress(), stop, recorder)) {
      result = scenario.run(settings, vectors, progress);
    } catch (InterruptedException e) {
      if (!stop.isRequested()) {
        throw e;
      }
      result = unjudged(Duration.ofNanos(System.nanoTime() - began), recorder);
    }
    return RunReport.of(
        scenario.name(),
        scenario.comparesVectors(),
        settings,
        result,
        stop.isRequested(),
        recorder == null ? null : recorder.recorded());
  }

  /** Of a run that did not end when it was asked to. */
  private static ScenarioResult unjudged(Duration elapsed, @Nullable RunRecorder recorder) {
    ArenaStats stats = ArenaControl.stats();
    long operations = recorder == null ? 0 : recorder.operations();
    return new ScenarioResult(operations, elapsed, stats, stats, List.of());
  }

  private Scenario scenario() {
    if (scenarioName != null && workload != null) {
      throw new UsageException(
          "the scenario is given twice, as \"%s\" and as --workload \"%s\"; give one of them"
              .formatted(scenarioName, workload));
    }
    String name = workload == null ? scenarioName : workload;
    if (name == null) {
      return scenarios.getFirst();
    }
    return scenarios.stream()
        .filter(scenario -> scenario.name().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new UsageException(
                "there is no scenario \"%s\"; allowed are %s"
                    .formatted(
                        name,
                        scenarios.stream().map(Scenario::name).collect(Collectors.joining(", ")))));
  }

  private VectorSource vectors(Scenario scenario) {
    Path file = options.vectorFile();
    if (file == null) {
      return new GaussianVectors(options.dimensions(scenario.defaults()));
    }
    try {
      return FileVectors.read(file);
    } catch (IOException e) {
      throw new UsageException("--vectors: " + e.getMessage(), e);
    }
  }

  /** The first use of the library: what is missing here shows now. */
  private static void configure(ArenaConfig arenas) {
    try {
      ArenaControl.configure(arenas);
    } catch (IllegalArgumentException e) {
      throw new UsageException(e);
    } catch (LinkageError e) {
      throw new CannotRunException(e);
    }
  }
}

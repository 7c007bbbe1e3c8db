package dev.engram.arena.stress;

import dev.engram.arena.ArenaConfig;
import dev.engram.arena.ArenaControl;
import dev.engram.arena.stress.progress.BarProgress;
import dev.engram.arena.stress.progress.LineProgress;
import dev.engram.arena.stress.progress.Progress;
import dev.engram.arena.stress.report.JsonReport;
import dev.engram.arena.stress.report.ReportFile;
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
      "3:cannot run here; says what is missing"
    })
final class StressCommand implements Callable<Integer> {
  private final List<Scenario> scenarios;
  private final Terminal terminal;

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

  StressCommand(List<Scenario> scenarios, Terminal terminal) {
    this.scenarios = scenarios;
    this.terminal = terminal;
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
    ReportFile json = reportFile();
    configure(settings.arenas());
    ScenarioResult result;
    try (Progress progress =
        terminal.interactive()
            ? new BarProgress(terminal.err())
            : new LineProgress(terminal.err())) {
      result = scenario.run(settings, vectors, progress);
    }
    RunReport report = new RunReport(scenario.name(), scenario.comparesVectors(), settings, result);
    TableReport.print(report, terminal.out());
    if (json != null) {
      write(json, report);
    }
    return result.held() ? ExitCode.HELD : ExitCode.BROKEN;
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

  private @Nullable ReportFile reportFile() {
    Path file = options.jsonFile();
    try {
      return file == null ? null : ReportFile.at(file);
    } catch (IOException e) {
      throw new UsageException("--json: " + e.getMessage(), e);
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

  private static void write(ReportFile json, RunReport report) {
    try {
      json.write(JsonReport.text(report));
    } catch (IOException e) {
      throw new CannotRunException("the report could not be written: " + e.getMessage(), e);
    }
  }
}

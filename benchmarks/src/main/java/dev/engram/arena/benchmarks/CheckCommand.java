package dev.engram.arena.benchmarks;

import dev.engram.arena.benchmarks.gate.Baselines;
import dev.engram.arena.benchmarks.gate.ForkedMeasurer;
import dev.engram.arena.benchmarks.gate.GateEffort;
import dev.engram.arena.benchmarks.gate.GateFigure;
import dev.engram.arena.benchmarks.gate.GateReport;
import dev.engram.arena.benchmarks.gate.GateRun;
import dev.engram.arena.benchmarks.measure.Machine;
import dev.engram.arena.benchmarks.measure.Progress;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The regression gate. */
@Command(
    name = "check",
    description =
        "Measures a few ratios to peers in about a minute, and compares them with those that were"
            + " recorded on the same kind of CPU.",
    exitCodeList = {
      "0:nothing regressed, or nothing was recorded on this kind of CPU",
      "1:something regressed; says what",
      "2:an option cannot be used",
      "3:cannot run here; says what is missing"
    })
final class CheckCommand extends BenchCommand {
  private static final double SLOWDOWN_MAX = 100;

  private final GateEffort effort;

  @Option(
      names = "--baseline",
      paramLabel = "FILE",
      description = "What was recorded; benchmarks/baseline.json unless told otherwise.")
  private Path baseline = Path.of("benchmarks", "baseline.json");

  @Option(
      names = "--record",
      description =
          "Records instead, for this kind of CPU, on a machine that nobody else uses; about two"
              + " minutes.")
  private boolean record;

  @Option(
      names = "--only",
      paramLabel = "FIGURE",
      split = ",",
      description = "Figures to measure: ${COMPLETION-CANDIDATES}. All unless told otherwise.")
  private Set<GateFigure> only = EnumSet.allOf(GateFigure.class);

  @Option(
      names = "--slow-down",
      paramLabel = "FACTOR",
      description =
          "Plants a regression, to see it found: so many calls of this library for each that is"
              + " counted.")
  private double slowdown = 1;

  @Option(
      names = "--kernels-level",
      paramLabel = "LEVEL",
      description = "Plants a regression: forces the kernels down to v2 or v3 while measuring.")
  private @Nullable String kernelsLevel;

  CheckCommand(PrintStream out, PrintStream err, GateEffort effort) {
    super(out, err);
    this.effort = effort;
  }

  @Override
  void checkOptions() {
    if (!(slowdown >= 1 && slowdown <= SLOWDOWN_MAX)) {
      throw refusal(
          String.format(
              Locale.ROOT, "--slow-down is %s; allowed is 1 to %.0f", slowdown, SLOWDOWN_MAX));
    }
    if (kernelsLevel != null && !Set.of("v2", "v3").contains(kernelsLevel)) {
      throw refusal("--kernels-level is '" + kernelsLevel + "'; allowed is v2 or v3");
    }
    Path directory = baseline.toAbsolutePath().getParent();
    if (directory == null || !Files.isDirectory(directory)) {
      throw refusal("--baseline: " + baseline + ": there is no such directory");
    }
    if (record && (slowdown != 1 || kernelsLevel != null)) {
      throw refusal("--record records no planted regression");
    }
  }

  @Override
  int measure(Machine machine) {
    List<GateFigure> figures = List.copyOf(EnumSet.copyOf(only));
    int forks = record ? effort.recordedForks() : effort.forks();
    try {
      Baselines recorded = Baselines.read(baseline);
      ForkedMeasurer measurer =
          new ForkedMeasurer(
              effort, new Progress(err, forks * figures.size()), slowdown, kernelsLevel);
      GateRun run =
          GateRun.measure(record ? Baselines.none() : recorded, machine, figures, forks, measurer);
      GateReport report = new GateReport(run);
      report.print(out);
      writeJson(report.json());
      if (record) {
        run.record(recorded);
        out.printf("Recorded in %s%n", baseline);
        return ExitCode.MEASURED;
      }
      return conclude(run);
    } catch (IOException e) {
      throw new CannotRunException("the baseline: " + e, e);
    }
  }

  private int conclude(GateRun run) {
    List<GateFigure> regressed = run.regressed();
    if (run.compared().isEmpty()) {
      out.printf(
          "NOTHING WAS COMPARED: %s has nothing of this kind of CPU. To record it, on a machine that"
              + " nobody else uses: scripts/bench check --record%n",
          baseline);
    } else if (regressed.isEmpty()) {
      out.printf(
          "%d of %d figures were compared; none regressed.%n",
          run.compared().size(), run.figures().size());
    } else {
      out.printf(
          "Regressed: %s%n",
          regressed.stream().map(GateFigure::name).collect(Collectors.joining(", ")));
    }
    return regressed.isEmpty() ? ExitCode.MEASURED : ExitCode.REGRESSED;
  }
}

package dev.engram.arena.stress;

import dev.engram.arena.stress.progress.Stop;
import dev.engram.arena.stress.report.JsonReport;
import dev.engram.arena.stress.report.RunReport;
import dev.engram.arena.stress.report.SuiteReport;
import dev.engram.arena.stress.report.SuiteTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** All scenarios one after the other, in a given time. */
@Command(
    name = "suite",
    mixinStandardHelpOptions = true,
    versionProvider = StressVersion.class,
    sortOptions = false,
    description =
        "Runs all scenarios, each in a JVM of its own, for a given time together. The exit codes are"
            + " those of a single run.")
final class SuiteCommand implements Callable<Integer> {
  private static final Duration START = Duration.ofMillis(300);

  private final Terminal terminal;
  private final Stop stop;
  private final List<SuitePlan> plans;

  @Option(
      names = "--duration",
      paramLabel = "TIME",
      defaultValue = "60s",
      description = "How long all of it takes: 45s, 5m, 1h. Default: ${DEFAULT-VALUE}.")
  private String duration = "";

  @Mixin private final SeedOption seed = new SeedOption();

  @Mixin private final ReportOptions reports = new ReportOptions();

  SuiteCommand(Terminal terminal, Stop stop, List<SuitePlan> plans) {
    this.terminal = terminal;
    this.stop = stop;
    this.plans = plans;
  }

  @Override
  public Integer call() throws IOException {
    Duration budget = StressOptions.parseDuration(duration);
    Duration least = TimeBudget.least(plans.size());
    if (budget.compareTo(least) < 0) {
      throw new UsageException(
          "--duration is \"%s\"; allowed for %d runs is %ds or more"
              .formatted(duration, plans.size(), least.plusMillis(999).toSeconds()));
    }
    ReportOptions.Outputs outputs = reports.open();
    Path directory = Files.createTempDirectory("engram-stress-suite-");
    SuiteReport report;
    try {
      report = run(budget, directory);
    } finally {
      delete(directory);
    }
    SuiteTable.print(report, terminal.out());
    outputs.write(report, report, terminal.out());
    return exitCode(report);
  }

  private SuiteReport run(Duration budget, Path directory) throws IOException {
    // The time of this JVM counts too.
    TimeBudget time =
        new TimeBudget(
            budget.minus(START),
            plans.stream().mapToLong(SuitePlan::weight).sum(),
            System::nanoTime);
    List<SuiteReport.Entry> entries = new ArrayList<>();
    for (SuitePlan plan : plans) {
      long left = time.left().toSeconds();
      Duration share = time.begin(plan.weight());
      terminal
          .err()
          .printf(
              Locale.ROOT,
              "[%d/%d] %s for %.1f s, %d s left in all%n",
              entries.size() + 1,
              plans.size(),
              plan.name(),
              share.toMillis() / 1e3,
              left);
      SuiteReport.Entry entry = run(plan, share, directory.resolve(plan.name() + ".json"));
      time.end();
      entries.add(entry);
      if (stop.isRequested()) {
        break;
      }
      if (entry.exitCode() == ExitCode.USAGE) {
        throw new UsageException("the suite has ended with " + plan.name());
      }
    }
    return new SuiteReport(
        !stop.isRequested() && entries.stream().allMatch(SuiteReport.Entry::held),
        stop.isRequested(),
        budget.toMillis() / 1e3,
        time.elapsed().toMillis() / 1e3,
        List.copyOf(entries));
  }

  private SuiteReport.Entry run(SuitePlan plan, Duration share, Path json) throws IOException {
    List<String> arguments = new ArrayList<>(plan.arguments());
    arguments.add("--duration=%dms".formatted(share.toMillis()));
    arguments.add("--seed=" + seed.value());
    arguments.add("--json=" + json);
    if (reports.record()) {
      arguments.add("--record");
    }
    int exitCode;
    try {
      exitCode = SuiteProcess.run(arguments, stop);
    } catch (InterruptedException e) {
      // It did not end when it was asked to; the report so far goes without it.
      exitCode = ExitCode.INTERRUPTED;
    }
    RunReport report = read(json);
    return new SuiteReport.Entry(
        plan.name(), verdict(exitCode, report != null, stop.isRequested()), report);
  }

  /** The exit code of a run for what it was. */
  static int verdict(int exitCode, boolean hasReport, boolean interrupted) {
    // A JVM that is asked to end while it starts may end with 1. Nothing broke: that leaves a
    // report.
    return interrupted && !hasReport && exitCode == ExitCode.BROKEN
        ? ExitCode.INTERRUPTED
        : exitCode;
  }

  private static @Nullable RunReport read(Path json) throws IOException {
    return Files.exists(json) ? JsonReport.read(json).runs().getFirst().report() : null;
  }

  private void delete(Path directory) throws IOException {
    for (SuitePlan plan : plans) {
      Files.deleteIfExists(directory.resolve(plan.name() + ".json"));
    }
    Files.delete(directory);
  }

  private static int exitCode(SuiteReport report) {
    if (report.interrupted()) {
      return ExitCode.INTERRUPTED;
    }
    if (report.held()) {
      return ExitCode.HELD;
    }
    // What cannot run here has shown nothing; what broke, or crashed, has.
    return report.runs().stream()
            .allMatch(entry -> entry.held() || entry.exitCode() == ExitCode.CANNOT_RUN)
        ? ExitCode.CANNOT_RUN
        : ExitCode.BROKEN;
  }
}

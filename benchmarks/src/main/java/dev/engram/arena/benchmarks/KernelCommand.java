package dev.engram.arena.benchmarks;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.benchmarks.kernels.CosineCase;
import dev.engram.arena.benchmarks.kernels.DecayCase;
import dev.engram.arena.benchmarks.kernels.KernelCase;
import dev.engram.arena.benchmarks.kernels.KernelJvm;
import dev.engram.arena.benchmarks.kernels.PeerVersions;
import dev.engram.arena.benchmarks.kernels.SpreadCase;
import dev.engram.arena.benchmarks.measure.ChildJvm;
import dev.engram.arena.benchmarks.measure.Effort;
import dev.engram.arena.benchmarks.report.Figure;
import dev.engram.arena.benchmarks.report.KernelFigures;
import dev.engram.arena.benchmarks.report.Suite;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;

/** Measures a kernel beside its peers. */
final class KernelCommand extends SuiteCommand {
  /** The Java Vector API is some thousand times slower until it is compiled. */
  private static final int WARMUP_TIMES = 4;

  private static final Suite COSINE =
      suite(
          "cosine",
          "rows",
          CosineCase.Sizes.ALL,
          List.of(CosineCase.values()),
          KernelFigures.COSINE);

  private static final Suite SPREAD =
      suite(
          "spread",
          "nodes",
          SpreadCase.Sizes.BOTH,
          List.of(SpreadCase.values()),
          KernelFigures.SPREAD);

  private static final Suite DECAY =
      suite(
          "decay",
          "memories",
          List.of(DecayCase.MEMORIES),
          List.of(DecayCase.values()),
          KernelFigures.DECAY);

  private final Suite suite;

  private KernelCommand(
      PrintStream out, PrintStream err, Effort quickEffort, Effort fullEffort, Suite suite) {
    super(out, err, quickEffort.warmingUp(WARMUP_TIMES), fullEffort.warmingUp(WARMUP_TIMES));
    this.suite = suite;
  }

  private static Suite suite(
      String name,
      String unit,
      List<Integer> sizes,
      List<? extends KernelCase> cases,
      List<Figure> figures) {
    return new Suite(name, unit, sizes, TimeUnit.MICROSECONDS, cases, List.of(), figures);
  }

  /** Adds a command for each kernel. */
  static void addTo(
      CommandLine parent, PrintStream out, PrintStream err, Effort quick, Effort full) {
    Map<Suite, String> descriptions = new LinkedHashMap<>();
    descriptions.put(
        COSINE,
        "Scores rows of 768 floats against a query: this library in all its forms beside Lucene,"
            + " jvector, the Java Vector API and plain Java.");
    descriptions.put(
        SPREAD,
        "Spreads activation over a graph of 1,000 nodes, five iterations, and one of 1,000,000, one"
            + " iteration, ten edges a node: this library beside plain Java.");
    descriptions.put(
        DECAY,
        "Fades 10,000 memories by their ages: this library beside plain Java and the Java Vector"
            + " API.");
    descriptions.forEach((suite, description) -> {
      CommandLine line = new CommandLine(new KernelCommand(out, err, quick, full, suite));
      line.getCommandSpec().usageMessage().description(description);
      parent.addSubcommand(suite.name(), line);
    });
  }

  @Override
  Suite suite() {
    return suite;
  }

  @Override
  Map<String, String> notes() {
    Map<String, String> notes = new LinkedHashMap<>();
    notes.put("kernels", String.valueOf(ArenaControl.cpuLevel()));
    ChildJvm.outputOf("the peers' JVM", KernelJvm.OPTIONS, PeerVersions.class, List.of())
        .lines()
        .filter(line -> line.startsWith(PeerVersions.PREFIX))
        .map(line -> line.substring(PeerVersions.PREFIX.length()).split("=", 2))
        .forEach(words -> notes.put(words[0], words[1]));
    return notes;
  }
}

package dev.engram.arena.stress.scenario;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaStats;
import dev.engram.arena.stress.progress.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A call that does not fit must end the process it is made in: a JVM of its own, one, whatever the
 * threads and iterations.
 */
final class OverflowUnderPanic {
  private static final Pattern MESSAGE =
      Pattern.compile("engram_arena: .*requested (\\d+) bytes, available (\\d+), capacity (\\d+)");

  /**
   * How the JVM's error file names the signal of a trap: the first on x86-64, the second on
   * aarch64.
   */
  private static final Pattern TRAP =
      Pattern.compile("^# +((?:SIGILL|SIGTRAP) \\(0x[0-9a-f]+\\))", Pattern.MULTILINE);

  private OverflowUnderPanic() {}

  static ScenarioResult run(StressSettings settings, Progress progress)
      throws InterruptedException {
    progress.phase("waiting for a child JVM to panic", 1);
    long began = System.nanoTime();
    ChildJvm.Outcome child;
    try {
      child = ChildJvm.of(PanicProbe.class, PanicProbe.arguments(settings)).run(progress);
    } catch (IOException e) {
      throw new UncheckedIOException("the child JVM could not be run", e);
    }
    if (child.standardError().contains(OutOfMemoryError.class.getName())) {
      throw new CannotRunException(
          "the child JVM ran out of memory before its call; give fewer --candidates or a smaller"
              + " --dim");
    }
    progress.at(1);
    Duration elapsed = Duration.ofNanos(System.nanoTime() - began);
    // The child's figures have died with it.
    ArenaStats stats = ArenaControl.stats();
    return new ScenarioResult(1, elapsed, stats, stats, invariants(child, settings));
  }

  static List<Invariant> invariants(ChildJvm.Outcome child, StressSettings settings) {
    return List.of(
        diedByTrap(child), namesTheSizes(child, settings), crashReportNamesTheCaller(child));
  }

  private static Invariant diedByTrap(ChildJvm.Outcome child) {
    Matcher signal = TRAP.matcher(child.crashReport());
    boolean trapped = signal.find();
    return new Invariant(
        "the process dies by a trap",
        trapped && !child.timedOut() && child.exitStatus() != 0,
        "%s, %s"
            .formatted(
                child.timedOut()
                    ? "ended for not ending in time"
                    : "exit status " + child.exitStatus(),
                trapped ? signal.group(1) : "no trap in the JVM's error file"));
  }

  private static Invariant namesTheSizes(ChildJvm.Outcome child, StressSettings settings) {
    List<String> lines =
        child.standardError().lines().filter(line -> MESSAGE.matcher(line).find()).toList();
    boolean held = lines.size() == 1 && sizesAgree(lines.getFirst(), settings);
    return new Invariant(
        "one line on standard error names requested, available and capacity",
        held,
        lines.isEmpty()
            ? "no such line; standard error: " + child.standardError().lines().toList()
            : String.join(" | ", lines));
  }

  private static boolean sizesAgree(String line, StressSettings settings) {
    Matcher sizes = MESSAGE.matcher(line);
    return sizes.find()
        && Long.parseLong(sizes.group(1)) > Long.parseLong(sizes.group(2))
        && Long.parseLong(sizes.group(2)) <= Long.parseLong(sizes.group(3))
        && Long.parseLong(sizes.group(3)) == settings.arenas().poolSizeBytes();
  }

  private static Invariant crashReportNamesTheCaller(ChildJvm.Outcome child) {
    String caller = PanicProbe.class.getSimpleName() + ".main";
    boolean held = child.crashReport().contains(caller);
    return new Invariant(
        "the JVM's error file has the caller's Java frames",
        held,
        String.format(
            Locale.ROOT,
            held ? "%s is in its %,d characters" : "%s is not in its %,d characters",
            caller,
            child.crashReport().length()));
  }
}

package dev.engram.arena.stress.report;

import dev.engram.arena.stress.recording.Latency;
import dev.engram.arena.stress.recording.Recorded;
import dev.engram.arena.stress.recording.RecordedArena;
import dev.engram.arena.stress.recording.Sample;
import dev.engram.arena.stress.scenario.Invariant;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/** Reports with figures that can be told from all others. */
public final class PlantedReports {
  /** What would break a page or a table if it were not escaped. */
  public static final String EVIL = "<script>alert(\"1\")</script>, & 'so on'";

  private static final Environment ENVIRONMENT =
      new Environment("JVM 25", "Linux 6", 2, "A & B <CPU>", "x86_64_v3", 8L << 30, 2L << 30);

  private PlantedReports() {}

  /** A suite of one run that held, one that broke and one that crashed. */
  public static SuiteReport suite() {
    return new SuiteReport(
        false,
        false,
        60,
        59.5,
        List.of(
            new SuiteReport.Entry("mixed", 0, held("mixed", 1234.5, recorded(1))),
            new SuiteReport.Entry("churn", 1, broken("churn")),
            new SuiteReport.Entry("soak", 134, null)));
  }

  public static RunReport held(String scenario, double rate, @Nullable Recorded recorded) {
    return run(
        scenario,
        rate,
        recorded,
        List.of(new Invariant("the sum is right", true, "4 is 4")),
        false);
  }

  public static RunReport broken(String scenario) {
    return run(
        scenario,
        10,
        null,
        List.of(
            new Invariant("the sum is right", true, "4 is 4"),
            new Invariant("nothing is " + EVIL, false, "it is: " + EVIL)),
        false);
  }

  public static RunReport interrupted(String scenario) {
    return run(scenario, 10, recorded(1), List.of(), true);
  }

  /** Of more processors, fewer threads and another duration than {@link #held}. */
  public static RunReport elsewhere(String scenario) {
    RunReport run = held(scenario, 10, null);
    Environment here = run.environment();
    return new RunReport(
        scenario,
        run.endedAt(),
        run.held(),
        run.interrupted(),
        new RunReport.Settings(
            16, null, 9.5, 768, 100, 2 << 20, "FALLBACK", 1 << 30, Long.MAX_VALUE, 7, null),
        run.elapsedSeconds(),
        run.operations(),
        run.operationsPerSecond(),
        run.stats(),
        run.statsAtWork(),
        run.invariants(),
        new Environment(
            here.java(),
            here.os(),
            64,
            here.cpu(),
            here.cpuLevel(),
            here.memoryBytes(),
            here.heapBytesMax()),
        null);
  }

  private static RunReport run(
      String scenario,
      double rate,
      @Nullable Recorded recorded,
      List<Invariant> invariants,
      boolean interrupted) {
    return new RunReport(
        scenario,
        "2026-11-23T17:06:19Z",
        !invariants.isEmpty() && invariants.stream().allMatch(Invariant::held),
        interrupted,
        new RunReport.Settings(
            32, null, 4.5, 768, 100, 2 << 20, "FALLBACK", 1 << 30, Long.MAX_VALUE, 7, null),
        4.5,
        5555,
        rate,
        Map.of(
            "totalResets", 5555L,
            "totalOverflows", 30L,
            "overflowErrors", 10L,
            "overflowFallbacks", 20L,
            "maxHighWaterMarkBytes", 425_984L),
        Map.of("liveArenas", 32L, "reservedBytes", 64L << 20, "touchedBytes", 1L << 20),
        invariants,
        ENVIRONMENT,
        recorded);
  }

  /**
   * A second and a half of samples.
   *
   * @param factor of all latencies
   */
  public static Recorded recorded(long factor) {
    return new Recorded(
        List.of(
            new Sample(0, 0, 0, 0, 0, 0, 0, 0, 0, 100 << 20, 200),
            new Sample(0.5, 1000, 4, 8, 2 << 20, 3 << 20, 64 << 20, 0, 32, 300 << 20, 250),
            new Sample(1.5, 5555, 10, 20, 1 << 20, 3 << 20, 64 << 20, 1 << 20, 32, 200 << 20, 240)),
        new Latency(
            5555,
            2_500.0 * factor,
            1_000 * factor,
            9_000 * factor,
            DoubleStream.of(50, 90, 99, 99.9, 100)
                .mapToObj(
                    percent -> new Latency.Percentile(percent, Math.round(percent * 90) * factor))
                .toList(),
            List.of(new Latency.Bin(1000, 1259, 5000), new Latency.Bin(7943, 10_000, 555))),
        List.of(
            new RecordedArena(
                7,
                "worker 0",
                2 << 20,
                100_000,
                200_000,
                425_984,
                15,
                3000,
                List.of(0L, 200_000L, 100_000L)),
            new RecordedArena(
                3,
                "worker \"1\", <b>",
                2 << 20,
                1024,
                2048,
                212_992,
                15,
                2555,
                List.of(0L, 1024L, 2048L))),
        450);
  }
}

package dev.engram.arena.benchmarks.kernels;

import java.util.logging.LogManager;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.CompilerControl;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Runs one {@link KernelCase}. A JVM sees one kind of work only, so the call of it is as direct as
 * if each had a benchmark of its own.
 */
@State(Scope.Thread)
public class KernelBenchmark {
  /** A case's name, as {@link KernelCase#named} has it. */
  @Param("")
  public String work = "";

  /** Its size. */
  @Param("0")
  public int size;

  private Work prepared = new Unprepared();

  /** For JMH. */
  public KernelBenchmark() {}

  /** Makes the data. What computes something else than the reference is not measured. */
  @Setup
  public void prepare() {
    // What peers log would stand between the lines that say how far the run is.
    LogManager.getLogManager().reset();
    prepared = KernelCase.named(work).prepare(size);
    prepared.check();
  }

  /**
   * Does the work once.
   *
   * @return something of the result
   */
  @Benchmark
  @CompilerControl(CompilerControl.Mode.DONT_INLINE)
  public Object run() {
    return prepared.run();
  }

  private record Unprepared() implements Work {
    @Override
    public Object run() {
      throw new IllegalStateException("There is no data yet");
    }

    @Override
    public void check() {
      run();
    }
  }
}

package dev.engram.arena.benchmarks.gate;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.CpuLevel;
import dev.engram.arena.benchmarks.measure.Machine;

/**
 * What ratios depend on.
 *
 * @param model the processor's name and numbers
 * @param level the level of the kernels that run here
 */
public record CpuKind(String model, CpuLevel level) {
  /**
   * That of this machine.
   *
   * @return model and level
   */
  public static CpuKind here() {
    return new CpuKind(Machine.cpuModel(), ArenaControl.cpuLevel());
  }
}

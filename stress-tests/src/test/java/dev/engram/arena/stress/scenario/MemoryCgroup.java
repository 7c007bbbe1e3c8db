package dev.engram.arena.stress.scenario;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A memory cgroup inside the one of this process, for a child process to run in. */
final class MemoryCgroup implements AutoCloseable {
  private static final Path OWN = Path.of("/proc/self/cgroup");

  /** How a shell ends that is not let in. */
  static final int NOT_LET_IN = 99;

  private static final Path ROOT = Path.of("/sys/fs/cgroup");

  private final Path directory;

  private MemoryCgroup(Path directory) {
    this.directory = directory;
  }

  /**
   * Makes one.
   *
   * @throws IOException if the system does not let this process make one
   */
  static MemoryCgroup make(long limitBytes) throws IOException {
    Path directory = parent().resolve("engram-test-" + ProcessHandle.current().pid());
    Files.createDirectory(directory);
    MemoryCgroup cgroup = new MemoryCgroup(directory);
    try {
      cgroup.limit(limitBytes);
      return cgroup;
    } catch (IOException e) {
      cgroup.close();
      throw e;
    }
  }

  /** Where this process is: under the memory controller of version 1, else under version 2. */
  private static Path parent() throws IOException {
    String unified = "";
    for (String line : Files.readAllLines(OWN)) {
      List<String> fields = List.of(line.split(":", 3));
      if (List.of(fields.get(1).split(",", -1)).contains("memory")) {
        return ROOT.resolve("memory").resolve(fields.get(2).substring(1));
      }
      unified = fields.get(1).isEmpty() ? fields.get(2).substring(1) : unified;
    }
    return ROOT.resolve(unified);
  }

  private void limit(long bytes) throws IOException {
    String limit = Long.toString(bytes);
    Path versionOne = directory.resolve("memory.limit_in_bytes");
    if (Files.exists(versionOne)) {
      Files.writeString(versionOne, limit);
      // Counts swap too, where the system keeps account of it.
      Path withSwap = directory.resolve("memory.memsw.limit_in_bytes");
      if (Files.exists(withSwap)) {
        Files.writeString(withSwap, limit);
      }
    } else {
      Files.writeString(directory.resolve("memory.max"), limit);
    }
  }

  /** What a shell has to do to be in it, with what it starts. */
  String enter() {
    return "echo $$ > '%s' || exit %d".formatted(directory.resolve("cgroup.procs"), NOT_LET_IN);
  }

  /** All that was in it must have ended. */
  @Override
  public void close() throws IOException {
    Files.delete(directory);
  }
}

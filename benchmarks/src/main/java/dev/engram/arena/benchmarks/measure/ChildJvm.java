package dev.engram.arena.benchmarks.measure;

import dev.engram.arena.benchmarks.alloc.MimallocLibrary;
import java.util.ArrayList;
import java.util.List;

/** How the JVMs are started in which something is measured. */
final class ChildJvm {
  /** The heap is fixed, so that no two forks differ by how far theirs has grown. */
  static final List<String> OPTIONS = options();

  private ChildJvm() {}

  private static List<String> options() {
    List<String> options =
        new ArrayList<>(
            List.of(
                "--enable-native-access=ALL-UNNAMED",
                "--illegal-native-access=deny",
                "-Xms1g",
                "-Xmx1g"));
    for (String property : List.of("engram.arena.library.path", MimallocLibrary.PATH_PROPERTY)) {
      String value = System.getProperty(property);
      if (value != null) {
        options.add("-D" + property + "=" + value);
      }
    }
    return List.copyOf(options);
  }
}

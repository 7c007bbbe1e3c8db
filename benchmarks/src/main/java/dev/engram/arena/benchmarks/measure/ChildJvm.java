package dev.engram.arena.benchmarks.measure;

import dev.engram.arena.benchmarks.alloc.MimallocLibrary;
import java.util.ArrayList;
import java.util.List;

/** How the JVMs are started in which something is measured. */
final class ChildJvm {
  /**
   * The heap is fixed, so that no two forks differ by how far theirs has grown, and touched: else
   * what makes garbage pays for the system's pages until its first collection, which may come
   * before or after the warm-up.
   */
  static final List<String> OPTIONS = options();

  private ChildJvm() {}

  private static List<String> options() {
    List<String> options =
        new ArrayList<>(
            List.of(
                "--enable-native-access=ALL-UNNAMED",
                "--illegal-native-access=deny",
                "-Xms1g",
                "-Xmx1g",
                "-XX:+AlwaysPreTouch"));
    for (String property : List.of("engram.arena.library.path", MimallocLibrary.PATH_PROPERTY)) {
      String value = System.getProperty(property);
      if (value != null) {
        options.add("-D" + property + "=" + value);
      }
    }
    return List.copyOf(options);
  }
}

package dev.engram.arena;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The Java in the documents compiles and runs. */
class DocumentedJavaTest {
  /** Around statements that stand alone. */
  private static final String PROGRAM =
      """
      import module java.base;
      import dev.engram.arena.*;
      import dev.engram.arena.kernels.*;
      import dev.engram.arena.management.*;
      import java.lang.foreign.*;

      public class Program {
        public static void main(String[] args) throws Exception {
          // here
        }
      }
      """;

  @TempDir private Path directory;

  @ParameterizedTest
  @MethodSource
  void eachBlockOfJavaCompilesRunsAndPrints(Documents.Block block) throws Exception {
    boolean whole = block.text().contains("public class ");
    Path source = directory.resolve("Program.java");
    Files.writeString(source, whole ? block.text() : PROGRAM.replace("// here", block.text()));
    assertThat(ChildJvm.runSource(directory, source)).isNotBlank();
  }

  static List<Documents.Block> eachBlockOfJavaCompilesRunsAndPrints() {
    return Documents.blocks("java");
  }
}

package dev.engram.arena;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The library with and without JMX, each in a JVM of its own. */
class ManagementSettingTest {
  private static final String NO_MANAGEMENT = "--limit-modules=java.base";

  @TempDir private Path directory;

  private String run(List<String> options, Class<?> program, String... arguments) throws Exception {
    return ChildJvm.run(directory, options, program, arguments);
  }

  @Test
  void withoutTheModuleEverythingElseWorks() throws Exception {
    assertThat(run(List.of(NO_MANAGEMENT), WithoutManagementProgram.class))
        .contains("without java.management", "1000 bytes in use", "1 arenas", "  main");
  }

  @Test
  void withoutTheModuleTheSettingIsRefused() throws Exception {
    assertThat(
            run(List.of(NO_MANAGEMENT, "-Dengram.arena.jmx=true"), WithoutManagementProgram.class))
        .contains("refused: engram.arena.jmx is \"true\"", "java.management is missing");
  }

  @Test
  void theFirstUseRegistersTheBeanIfTheSettingSaysSo() throws Exception {
    assertThat(run(List.of("-Dengram.arena.jmx=true"), ManagementProgram.class))
        .contains("before false", "after true");
  }

  @Test
  void whoeverIsToldOfTheBeanCanReadItAtOnce() throws Exception {
    assertThat(
            run(
                List.of("-Dengram.arena.jmx=true"),
                ManagementProgram.class,
                ManagementProgram.READ))
        .contains("registered, report: 0 arenas", "used");
  }

  @Test
  void whereTheNameIsTakenTheLibraryWorksAndSaysSo() throws Exception {
    assertThat(
            run(
                List.of("-Dengram.arena.jmx=true"),
                ManagementProgram.class,
                ManagementProgram.TAKEN))
        .contains("The MXBean that a setting asks for is not registered", "used");
  }

  @Test
  void byDefaultNothingIsRegistered() throws Exception {
    assertThat(run(List.of(), ManagementProgram.class)).contains("before false", "after false");
    assertThat(run(List.of("-Dengram.arena.jmx=false"), ManagementProgram.class))
        .contains("after false");
  }

  @Test
  void anythingElseIsRefused() throws Exception {
    assertThat(run(List.of("-Dengram.arena.jmx=banana"), ManagementProgram.class))
        .contains("refused: engram.arena.jmx is \"banana\"; allowed is true or false")
        .contains("after false");
  }
}

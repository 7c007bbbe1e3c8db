package dev.engram.arena.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.engram.arena.ChildJvm;
import dev.engram.arena.application.PlainApplication;
import java.io.File;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What depends on the options and the class path of the JVM. */
class MetricsProcessTest {
  @TempDir private Path directory;

  @Test
  void bindingLoadsNoLibraryAndTheFirstScrapeDoes() throws Exception {
    assertThat(ChildJvm.run(directory, List.of(), ScrapedProgram.class))
        .contains("bound: not loaded\n", "scraped: ", "engram_arena_count 0.0\n")
        .doesNotContain("scraped: not loaded", "NaN");
  }

  @Test
  void whereTheLibraryCannotBeLoadedTheApplicationIsScrapedAllTheSame() throws Exception {
    assertThat(
            ChildJvm.run(
                directory,
                List.of("-Dengram.arena.library.path=/nonexistent"),
                ScrapedProgram.class))
        .contains(
            "scraped: not loaded\n",
            "requests_total 1.0\n",
            "engram_arena_memory_used_bytes NaN\n",
            "engram_arena_memory_max_bytes NaN\n",
            "engram_arena_count NaN\n",
            "engram_arena_overflows_total{strategy=\"error\"} 0.0\n",
            "engram_arena_resets_total 0.0\n",
            "UnsatisfiedLinkError")
        // Why, in the log: once, not for each gauge.
        .containsOnlyOnce("-Dengram.arena.library.path=/nonexistent names a file");
  }

  @Test
  void aMalformedSettingIsToldAsAMissingLibraryIs() throws Exception {
    assertThat(ChildJvm.run(directory, List.of("-Dengram.arena.size=banana"), ScrapedProgram.class))
        .contains(
            "requests_total 1.0\n",
            "engram_arena_count NaN\n",
            "engram_arena_resets_total 0.0\n",
            "banana");
  }

  @Test
  void theLibraryWorksWithoutMicrometerOnTheClassPath() throws Exception {
    List<String> classPath =
        ChildJvm.classPath(PlainApplication.class).stream()
            .filter(entry -> !Path.of(entry).getFileName().toString().startsWith("micrometer"))
            .toList();
    assertThat(
            runPlainApplication(
                "--enable-native-access=ALL-UNNAMED", "--class-path", joined(classPath)))
        .contains("named module false, Micrometer false, resets 2, then 0");
  }

  @Test
  void theLibraryWorksWithoutMicrometerOnTheModulePath() throws Exception {
    List<String> all = ChildJvm.classPath(PlainApplication.class);
    assertThat(
            runPlainApplication(
                "--enable-native-access=dev.engram.arena,dev.engram.arena.bindings",
                "--module-path",
                joined(all.stream().flatMap(entry -> modulesOfTheLibrary(entry)).toList()),
                "--add-modules",
                "dev.engram.arena",
                "--class-path",
                all.getFirst()))
        .contains("named module true, Micrometer false, resets 2, then 0");
  }

  private String runPlainApplication(String... options) throws Exception {
    ChildJvm.Outcome outcome =
        ChildJvm.outcomeOf(
            directory,
            Stream.concat(Stream.of(options), Stream.of(PlainApplication.class.getName()))
                .toList());
    assertThat(outcome.exitStatus()).as(outcome.printed()).isZero();
    return outcome.printed();
  }

  private static Stream<String> modulesOfTheLibrary(String entry) {
    return ModuleFinder.of(Path.of(entry)).findAll().stream()
        .filter(module -> module.descriptor().name().startsWith("dev.engram.arena"))
        .map(ModuleReference::location)
        .flatMap(Optional::stream)
        .map((URI location) -> Path.of(location).toString());
  }

  private static String joined(List<String> entries) {
    return entries.stream().collect(Collectors.joining(File.pathSeparator));
  }
}

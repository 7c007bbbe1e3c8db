package dev.engram.arena.ffi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.engram.arena.ffi.ChildProcess.Result;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What Java's flags for native access make of a load, each in a child JVM. On the module path the
 * user is a module that is named like the api module, the one that the bindings are exported to.
 */
@NullMarked
class NativeAccessTest {
  private static final String DENY = "--illegal-native-access=deny";
  private static final String USER_SOURCE =
      """
      package dev.engram.arena;

      import dev.engram.arena.ffi.NativeLibrary;
      import dev.engram.arena.ffi.engram_arena_h;
      import java.lang.invoke.MethodHandles;

      public class User {
        public static void main(String[] arguments) {
          try {
            NativeLibrary.load(MethodHandles.lookup());
            System.out.println("version: " + engram_arena_h.engram_abi_version());
          } catch (UnsatisfiedLinkError e) {
            System.out.println("failed: " + e.getMessage());
          }
        }
      }
      """;

  @TempDir static Path directory;

  @BeforeAll
  static void compileUserModule() throws IOException, InterruptedException {
    Path source = Files.createDirectory(directory.resolve("source"));
    Path descriptor =
        Files.writeString(
            source.resolve("module-info.java"),
            "module dev.engram.arena { requires dev.engram.arena.bindings; exports"
                + " dev.engram.arena; }");
    Path user = Files.writeString(source.resolve("User.java"), USER_SOURCE);
    Result result =
        ChildProcess.run(
            List.of(
                ChildProcess.jdkTool("javac"),
                "--module-path",
                join(BuiltModules.bindings(), BuiltModules.natives()),
                "-d",
                userModule().toString(),
                descriptor.toString(),
                user.toString()));
    assertThat(result.exitCode()).as(result.output()).isZero();
  }

  @Test
  void refusalOnTheClassPathNamesTheFlag() throws Exception {
    assertThat(runOnClassPath(DENY))
        .contains("failed: ", "Start Java with --enable-native-access=ALL-UNNAMED.")
        .contains("temporary files: []");
  }

  @Test
  void flagOnTheClassPathIsEnough() throws Exception {
    assertThat(runOnClassPath(DENY, "--enable-native-access=ALL-UNNAMED"))
        .contains("loaded: ")
        .doesNotContain("WARNING");
  }

  @Test
  void withoutFlagsJavaWarnsAndTheLibraryIsLoaded() throws Exception {
    assertThat(runOnClassPath())
        .contains("WARNING: Use --enable-native-access=ALL-UNNAMED", "loaded: ");
  }

  @Test
  void allowedIllegalAccessLoadsWithoutAWarning() throws Exception {
    assertThat(runOnClassPath("--illegal-native-access=allow"))
        .contains("loaded: ")
        .doesNotContain("WARNING");
  }

  @Test
  void refusalOnTheModulePathNamesTheFlag() throws Exception {
    assertThat(runOnModulePath(DENY)).contains(refusalOnModulePath());
  }

  @Test
  void flagForTheBindingsAloneIsNotEnough() throws Exception {
    assertThat(runOnModulePath(DENY, "--enable-native-access=dev.engram.arena.bindings"))
        .contains(refusalOnModulePath());
  }

  @Test
  void flagForTheApiAloneIsNotEnough() throws Exception {
    assertThat(runOnModulePath(DENY, "--enable-native-access=dev.engram.arena"))
        .contains(refusalOnModulePath());
  }

  @Test
  void flagOnTheModulePathIsEnough() throws Exception {
    assertThat(
            runOnModulePath(
                DENY, "--enable-native-access=dev.engram.arena,dev.engram.arena.bindings"))
        .contains("version: " + engram_arena_h.ENGRAM_ABI_VERSION())
        .doesNotContain("WARNING");
  }

  @Test
  void libraryIsFoundWhereEachModuleHasAClassLoader() throws Exception {
    assertThat(runOnClassPathWith(List.of(), "load-in-module-layer=" + modulePath()))
        .contains("version: " + engram_arena_h.ENGRAM_ABI_VERSION());
  }

  @Test
  void lookupWithoutTheRightsOfItsClassIsRefused() {
    MethodHandles.Lookup weak = MethodHandles.lookup().dropLookupMode(MethodHandles.Lookup.PRIVATE);

    assertThatThrownBy(() -> NativeAccess.require(weak))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static String[] refusalOnModulePath() {
    return new String[] {
      "failed: ",
      "Start Java with --enable-native-access=dev.engram.arena,dev.engram.arena.bindings."
    };
  }

  private static String runOnModulePath(String... options) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(options));
    arguments.addAll(
        List.of("--module-path", modulePath(), "-m", "dev.engram.arena/dev.engram.arena.User"));
    return runJava(arguments);
  }

  private static String runOnClassPath(String... options) throws Exception {
    return runOnClassPathWith(List.of(options), "load", "list-temporary-files");
  }

  private static String runOnClassPathWith(List<String> options, String... programArguments)
      throws Exception {
    List<String> arguments = new ArrayList<>(options);
    arguments.addAll(
        List.of(
            "-cp",
            join(BuiltModules.bindings(), BuiltModules.bindingsTests(), BuiltModules.natives()),
            LoaderProgram.class.getName()));
    arguments.addAll(List.of(programArguments));
    return runJava(arguments);
  }

  private static String runJava(List<String> arguments) throws Exception {
    Path temporaryDirectory = Files.createTempDirectory(directory, "tmp");
    List<String> command = new ArrayList<>(List.of(ChildProcess.jdkTool("java")));
    command.add("-Djava.io.tmpdir=" + temporaryDirectory);
    command.addAll(arguments);
    Result result = ChildProcess.run(command);
    assertThat(result.exitCode()).as(result.output()).isZero();
    return result.output();
  }

  private static String modulePath() {
    return join(userModule(), BuiltModules.bindings(), BuiltModules.natives());
  }

  private static Path userModule() {
    return directory.resolve("user");
  }

  private static String join(Path... paths) {
    return Stream.of(paths).map(Path::toString).collect(Collectors.joining(":"));
  }
}

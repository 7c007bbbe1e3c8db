package dev.engram.arena.ffi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.engram.arena.ffi.ChildProcess.Result;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each test loads the library, or fails to, in a child JVM on the class path with a temporary
 * directory of its own.
 */
@NullMarked
class NativeLibraryTest {
  private static final String NO_TEMPORARY_FILES = "temporary files: []";

  @TempDir Path directory;
  private Path temporaryDirectory;
  private Path natives;

  @BeforeEach
  void prepareChild() throws IOException {
    temporaryDirectory = Files.createDirectory(directory.resolve("tmp"));
    natives = BuiltModules.natives();
  }

  @Test
  void libraryOfTheNativeArtifactIsLoadedAndLeavesNoFile() throws Exception {
    assertThat(run("load", "call", "list-temporary-files"))
        .containsSubsequence(
            "loaded: " + Platform.current() + " of the native artifact",
            "version: " + engram_arena_h.ENGRAM_ABI_VERSION(),
            NO_TEMPORARY_FILES);
  }

  @Test
  void fileOfTheSystemPropertyIsLoadedInstead() throws Exception {
    Path file = Files.write(directory.resolve("mine.so"), BuiltModules.libraryContent());

    assertThat(run(setPath(file), "set=java.io.tmpdir=/nonexistent", "load", "call"))
        .contains("loaded: " + file, "version: " + engram_arena_h.ENGRAM_ABI_VERSION());
  }

  @Test
  void secondLoadDoesNothing() throws Exception {
    String output = run("load", "set=java.io.tmpdir=/nonexistent", "load");

    assertThat(loadedLines(output)).hasSize(2).containsOnly(loadedLines(output).getFirst());
  }

  @Test
  void threadsThatLoadAtOnceShareOneCopy() throws Exception {
    String output = run("load-in-threads=16", "list-temporary-files");

    assertThat(loadedLines(output)).hasSize(16).containsOnly(loadedLines(output).getFirst());
    assertThat(output).contains(NO_TEMPORARY_FILES);
  }

  @Test
  void interruptedThreadLoads() throws Exception {
    assertThat(run("interrupt", "load")).contains("loaded: ");
  }

  @Test
  void missingFileIsNamed() throws Exception {
    Path missing = directory.resolve("missing.so");

    assertThat(run(setPath(missing), "load"))
        .contains(
            "failed: Cannot load the native library of Engram Arena: -Dengram.arena.library.path="
                + missing
                + " names a file that does not exist");
  }

  @Test
  void directoryInPlaceOfTheFileIsNamed() throws Exception {
    assertThat(run(setPath(directory), "load"))
        .contains("failed: ", directory + " names no regular file");
  }

  @Test
  void corruptFileIsNamedWithTheReasonOfTheSystem() throws Exception {
    Path corrupt = Files.writeString(directory.resolve("corrupt.so"), "not a library");

    assertThat(run(setPath(corrupt), "load"))
        .contains("failed: ", "the system does not load the file of", corrupt.toString())
        .containsIgnoringCase("file too short");
  }

  @Test
  void fileThatIsCutShortIsRefusedBeforeTheSystemCrashesOnIt() throws Exception {
    byte[] content = BuiltModules.libraryContent();
    Path half =
        Files.write(directory.resolve("half.so"), Arrays.copyOf(content, content.length / 2));

    assertThat(run(setPath(half), "load"))
        .contains("failed: ", half + " names a file that is cut short");
  }

  @Test
  void otherLibraryIsRefused() throws Exception {
    Path other = Path.of(System.getProperty("java.home"), "lib", "libjimage.so");

    assertThat(run(setPath(other), "load"))
        .contains("failed: ", other + " is another library: it has no engram_abi_version");
  }

  @Test
  void otherAbiVersionIsRefusedWithBothNumbers() throws Exception {
    Path file = Files.write(directory.resolve("other.so"), libraryOfAbiVersion(4711));

    assertThat(run(setPath(file), "load"))
        .contains(
            "failed: ",
            file
                + " has ABI version 4711, and these bindings need "
                + engram_arena_h.ENGRAM_ABI_VERSION());
  }

  @Test
  void loadAfterFailuresTriesAgain() throws Exception {
    Path otherVersion = Files.write(directory.resolve("other.so"), libraryOfAbiVersion(4711));
    Path missing = directory.resolve("missing.so");

    assertThat(
            run(
                setPath(missing),
                "load",
                setPath(otherVersion),
                "load",
                "clear=engram.arena.library.path",
                "load",
                "call"))
        .containsSubsequence(
            "failed: ",
            missing.toString(),
            "failed: ",
            otherVersion.toString(),
            "loaded: ",
            "version: " + engram_arena_h.ENGRAM_ABI_VERSION());
  }

  @Test
  void secondClassLoaderIsToldThatTheFileIsTaken() throws Exception {
    Path file = Files.write(directory.resolve("mine.so"), BuiltModules.libraryContent());

    assertThat(run(setPath(file), "load", "load-in-second-class-loader"))
        .containsSubsequence(
            "loaded: ",
            "failed: ",
            file + " names a file that is already loaded by another class loader");
  }

  @Test
  void secondClassLoaderLoadsACopyOfItsOwn() throws Exception {
    assertThat(loadedLines(run("load", "load-in-second-class-loader")))
        .hasSize(2)
        .doesNotHaveDuplicates();
  }

  @Test
  void unsupportedPlatformIsNamedWithTheSupportedOnes() throws Exception {
    assertThat(run("set=os.arch=riscv64", "load", "list-temporary-files"))
        .contains(
            "failed: Cannot load the native library of Engram Arena: it does not support this"
                + " platform, Linux on riscv64. It supports linux-x86_64 and linux-aarch64.",
            NO_TEMPORARY_FILES);
  }

  @Test
  void missingNativeArtifactIsNamed() throws Exception {
    natives = directory.resolve("nothing");

    assertThat(run("load"))
        .contains(
            "failed: ",
            "there is no resource " + Platform.current().resourceName(),
            "dev.engram:engram-arena-native");
  }

  @Test
  void copyThatDoesNotLoadLeavesNoFile() throws Exception {
    natives = directory.resolve("corrupt");
    Path file = natives.resolve(Platform.current().resourceName());
    Files.createDirectories(file.getParent());
    Files.writeString(file, "not a library");

    assertThat(run("load", "list-temporary-files"))
        .contains(
            "failed: ",
            "the system does not load the copy extracted to the temporary directory "
                + temporaryDirectory,
            NO_TEMPORARY_FILES);
  }

  @Test
  void missingTemporaryDirectoryIsNamed() throws Exception {
    assertThat(run("set=java.io.tmpdir=/nonexistent", "load"))
        .contains(
            "failed: ",
            "it cannot be extracted to the temporary directory /nonexistent",
            "-Djava.io.tmpdir=");
  }

  @Test
  void temporaryDirectoryMountedNoexecIsNamed() throws Exception {
    assertThat(runInMount("noexec", "load", "list-temporary-files"))
        .contains(
            "failed: ",
            "the temporary directory " + temporaryDirectory + " is mounted noexec",
            "-Djava.io.tmpdir=DIRECTORY",
            "-Dengram.arena.library.path=FILE",
            NO_TEMPORARY_FILES);
  }

  @Test
  void fullTemporaryDirectoryIsNamedAndLeftEmpty() throws Exception {
    assertThat(runInMount("size=4k", "load", "list-temporary-files"))
        .contains(
            "failed: ",
            "it cannot be extracted to the temporary directory " + temporaryDirectory,
            "-Djava.io.tmpdir=DIRECTORY",
            NO_TEMPORARY_FILES);
  }

  /**
   * The child sees an empty file system, mounted with these options, as its temporary directory.
   */
  private String runInMount(String mountOptions, String... programArguments) throws Exception {
    String mountAndRun = "mount -t tmpfs -o \"$0\" tmpfs \"$1\" && shift && exec \"$@\"";
    List<String> prefix =
        List.of(
            "unshare",
            "--map-root-user",
            "--mount",
            "sh",
            "-c",
            mountAndRun,
            mountOptions,
            temporaryDirectory.toString());
    assumeTrue(succeeds(concat(prefix, List.of("true"))), "needs a mount namespace of its own");
    return ChildProcess.run(concat(prefix, childCommand(programArguments))).output();
  }

  private static boolean succeeds(List<String> command) throws InterruptedException {
    try {
      return ChildProcess.run(command).exitCode() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static List<String> concat(List<String> first, List<String> second) {
    return Stream.concat(first.stream(), second.stream()).toList();
  }

  private String run(String... programArguments) throws IOException, InterruptedException {
    Result result = ChildProcess.run(childCommand(programArguments));
    assertThat(result.exitCode()).as(result.output()).isZero();
    return result.output();
  }

  private List<String> childCommand(String... programArguments) {
    String classPath =
        Stream.of(BuiltModules.bindings(), BuiltModules.bindingsTests(), natives)
            .map(Path::toString)
            .collect(Collectors.joining(":"));
    List<String> command = new ArrayList<>();
    command.add(ChildProcess.jdkTool("java"));
    command.add("-Djava.io.tmpdir=" + temporaryDirectory);
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of("-cp", classPath, LoaderProgram.class.getName()));
    command.addAll(List.of(programArguments));
    return command;
  }

  private static String setPath(Path file) {
    return "set=" + NativeLibrary.PATH_PROPERTY + "=" + file;
  }

  private static List<String> loadedLines(String output) {
    return output.lines().filter(line -> line.startsWith("loaded: ")).toList();
  }

  /**
   * The library, with the machine code of engram_abi_version replaced by one that returns {@code
   * version}.
   */
  private static byte[] libraryOfAbiVersion(int version) {
    byte[] content = BuiltModules.libraryContent();
    int position = new ElfFile(content).positionOf("engram_abi_version");
    ByteBuffer code = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN).position(position);
    switch (Platform.current()) {
      case LINUX_X86_64 -> code.put((byte) 0xb8).putInt(version).put((byte) 0xc3); // mov eax; ret
      case LINUX_AARCH64 ->
          code.putInt(0x52800000 | version << 5).putInt(0xd65f03c0); // movz w0; ret
    }
    return content;
  }
}

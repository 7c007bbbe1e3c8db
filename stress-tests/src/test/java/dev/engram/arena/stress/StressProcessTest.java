package dev.engram.arena.stress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What shows only in a process of its own: the environment, options of the JVM, and the real exit
 * status.
 */
@Timeout(60)
class StressProcessTest {
  private static final String NATIVE_ACCESS = "--enable-native-access=ALL-UNNAMED";

  private static final List<String> TOTALS =
      List.of(
          "epoch",
          "totalScopes",
          "totalResets",
          "totalAllocatedBytes",
          "overflowErrors",
          "overflowFallbacks",
          "fallbackBytes",
          "totalAbandoned",
          "totalRefusedArenas",
          "totalFailedRemaps",
          "maxHighWaterMarkBytes");

  @TempDir private Path directory;

  @Test
  void aRunThatHoldsExitsWithZero() throws Exception {
    CommandRun run = start(List.of(NATIVE_ACCESS), Map.of(), "--threads=2", "--iterations=2");
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).contains("All 9 invariants held.");
  }

  @Test
  void aMalformedVariableIsOneLineThatNamesIt() throws Exception {
    CommandRun run = start(List.of(NATIVE_ACCESS), Map.of("ENGRAM_ARENA_SIZE", "banana"));
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.errorLines())
        .singleElement()
        .asString()
        .startsWith("stress: ENGRAM_ARENA_SIZE is \"banana\"; allowed is");
  }

  @Test
  void aVariableIsPreferredToTheDefault() throws Exception {
    CommandRun run =
        start(
            List.of(NATIVE_ACCESS),
            Map.of("ENGRAM_ARENA_SIZE", "512k", "ENGRAM_ARENA_OVERFLOW", "fallback"),
            "--threads=1",
            "--iterations=1");
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).contains("512 KiB (524,288 bytes), overflow fallback");
  }

  @Test
  void aFallbackThatIsTooSmallIsOneLineThatNamesTheVariable() throws Exception {
    CommandRun run =
        start(
            List.of(NATIVE_ACCESS),
            Map.of("ENGRAM_ARENA_MAX_FALLBACK", "1m"),
            "overflow",
            "--overflow=fallback");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.errorLines())
        .singleElement()
        .asString()
        .contains("ENGRAM_ARENA_MAX_FALLBACK) is 1,048,576 bytes");
  }

  @Test
  void aFileThatDoesNotFitTheHeapIsOneLine() throws Exception {
    Path file = directory.resolve("rows.npy");
    String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (20000000, 1), }";
    try (RandomAccessFile output = new RandomAccessFile(file.toFile(), "rw")) {
      output.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
      output.writeShort(Short.reverseBytes((short) header.length()));
      output.writeBytes(header);
      output.setLength(output.getFilePointer() + 20_000_000L * Float.BYTES);
    }
    CommandRun run = start(List.of(NATIVE_ACCESS, "-Xmx32m"), Map.of(), "--vectors=" + file);
    assertThat(run.exitCode()).isEqualTo(3);
    assertThat(run.errorLines())
        .singleElement()
        .asString()
        .startsWith("stress: out of memory: Java heap space");
  }

  @Test
  void aLibraryThatIsMissingIsOneLine() throws Exception {
    CommandRun run =
        start(
            List.of(NATIVE_ACCESS, "-Dengram.arena.library.path=" + directory.resolve("none.so")),
            Map.of());
    assertThat(run.exitCode()).isEqualTo(3);
    assertThat(run.errorLines())
        .singleElement()
        .asString()
        .startsWith("stress: ")
        .contains("engram.arena.library.path", "none.so");
  }

  @Test
  void nativeAccessThatIsDeniedIsOneLineThatNamesTheFlag() throws Exception {
    CommandRun run = start(List.of("--illegal-native-access=deny"), Map.of());
    assertThat(run.exitCode()).isEqualTo(3);
    assertThat(run.errorLines()).singleElement().asString().contains(NATIVE_ACCESS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"isolation", "overflow"})
  void aRecordingEndsWithTheTotalsOfTheReport(String scenario) throws Exception {
    Path recording = directory.resolve("run.jfr");
    Path report = directory.resolve("report.json");
    CommandRun run =
        start(
            List.of(
                NATIVE_ACCESS, "-XX:StartFlightRecording:settings=profile,filename=" + recording),
            Map.of(),
            scenario,
            "--threads=4",
            "--iterations=20",
            "--overflow=fallback",
            "--json=" + report);
    assertThat(run.exitCode()).as(run.err()).isZero();
    JsonNode expected = JsonMapper.shared().readTree(report).get("stats");
    JsonNode recorded = lastStatistics(recording);
    assertThat(recorded.get("totalScopes").longValue()).isPositive();
    for (String total : TOTALS) {
      assertThat(recorded.get(total).longValue())
          .as(total)
          .isEqualTo(expected.get(total).longValue());
    }
  }

  /** As {@code jfr print} shows them. */
  private JsonNode lastStatistics(Path recording) throws IOException, InterruptedException {
    Path out = directory.resolve("events.json");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jfr").toString(),
                "print",
                "--json",
                "--events",
                "dev.engram.arena.Statistics",
                recording.toString())
            .redirectOutput(out.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    assertThat(process.waitFor()).isZero();
    JsonNode events = JsonMapper.shared().readTree(out).get("recording").get("events");
    assertThat(events).isNotEmpty();
    return events.get(events.size() - 1).get("values");
  }

  private CommandRun start(List<String> jvmOptions, Map<String, String> environment, String... args)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvmOptions);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(StressMain.class.getName());
    command.addAll(Stream.of(args).toList());
    Path out = directory.resolve("out");
    Path err = directory.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("ENGRAM_ARENA_"));
    // The JVM would say on standard error that it has read this one.
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    builder.environment().putAll(environment);
    int exitCode = builder.start().waitFor();
    return new CommandRun(exitCode, Files.readString(out), Files.readString(err));
  }
}

package dev.engram.arena.stress.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.engram.arena.stress.progress.Progress;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Virtual threads that hold scopes while they wait, and go on on other carriers. The control is
 * {@link #arenasOfNativeThreadsAreCorrupted}: the same waits on the arenas of the carriers.
 */
class CarrierChangeTest {
  private static final int THREADS = 64;
  private static final int SCOPES = Scale.of(200, 2_000);
  private static final Pattern RESULT = Pattern.compile("(\\d+) wrong of (\\d+), carriers (\\w+)");

  @ParameterizedTest
  @ValueSource(ints = {2, 8})
  void scopesHoldNoByteOfAnotherScope(int parallelism) throws Exception {
    Matcher result = run(CarrierProbe.SCOPES, parallelism);
    assertThat(result.group(1)).isEqualTo("0");
    assertThat(result.group(2)).isEqualTo(Integer.toString(THREADS * SCOPES));
    assertThat(result.group(3)).isEqualTo("changed");
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 8})
  void arenasOfNativeThreadsAreCorrupted(int parallelism) throws Exception {
    assertThat(Long.parseLong(run(CarrierProbe.RAW, parallelism).group(1))).isPositive();
  }

  private static Matcher run(String what, int parallelism) throws Exception {
    ChildJvm.Outcome child =
        ChildJvm.of(CarrierProbe.class, what, Integer.toString(THREADS), Integer.toString(SCOPES))
            .with(
                "-Djdk.virtualThreadScheduler.parallelism=" + parallelism,
                "-Djdk.virtualThreadScheduler.maxPoolSize=" + parallelism)
            .within(Duration.ofMinutes(5))
            .run(Progress.SILENT);
    assertThat(child.exitStatus()).as(child.standardError() + child.crashReport()).isZero();
    Matcher result = RESULT.matcher(child.standardOutput());
    assertThat(result.find()).as(child.standardOutput()).isTrue();
    return result;
  }
}

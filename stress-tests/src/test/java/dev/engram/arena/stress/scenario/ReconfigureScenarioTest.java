package dev.engram.arena.stress.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.engram.arena.ArenaConfig;
import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaScope;
import dev.engram.arena.OverflowStrategy;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReconfigureScenarioTest {
  private static final ArenaConfig ARENAS = Runs.arenas(1 << 20, OverflowStrategy.ERROR_RETURN);
  private static final StressSettings SETTINGS = Runs.settings(4, 100, 1, 1, ARENAS);

  @BeforeEach
  @AfterEach
  void startAfresh() {
    Runs.startAfresh();
  }

  @Test
  void everythingMayBeAskedOfArenasInUse() throws InterruptedException {
    StressSettings settings =
        new StressSettings(32, 1, Duration.ofSeconds(Scale.of(1, 20)), 1, 1, ARENAS, 1, null);
    Runs.assertHeld(Runs.run(new ReconfigureScenario(), settings));
  }

  @Test
  void aByteThatChangesIsFound() throws InterruptedException {
    Interlude flipping =
        (random, newest) ->
            newest.set(ValueLayout.JAVA_BYTE, 9, (byte) ~newest.get(ValueLayout.JAVA_BYTE, 9));
    assertThat(Runs.broken(run(Once.onOccasion(50, flipping))))
        .containsExactly("every byte is what its scope wrote");
  }

  @Test
  void aScopeThatFailsIsFound() throws InterruptedException {
    Interlude failing =
        (random, newest) -> {
          throw new IllegalStateException("the scope is broken");
        };
    assertThat(Runs.broken(run(Once.onOccasion(50, failing)))).contains("no worker failed");
  }

  @Test
  void sizesThatDoNotAgreeAreFound() throws InterruptedException {
    assertThat(Runs.broken(run(Plants.askingForMore())))
        .contains("every exception gives sizes that agree");
  }

  @Test
  void aResetThatIsAllowedInsideAScopeIsFound() throws InterruptedException {
    ReconfigureScenario scenario = new ReconfigureScenario(Interlude.NONE, () -> {});
    assertThat(Runs.broken(Runs.run(scenario, SETTINGS)))
        .containsExactly("resetArenas is refused inside a scope");
  }

  @Test
  void aThreadThatStaysIsFound() throws InterruptedException {
    try (StayingThread staying = new StayingThread(Thread.ofPlatform())) {
      assertThat(Runs.broken(run(staying.onOccasion(50)))).contains("nothing is in use at the end");
    }
  }

  @Test
  void settingsThatAreNotTakenOnAreFound() {
    SettingsInForce inForce = new SettingsInForce(ARENAS);
    inForce.change(Runs.arenas(2 << 20, OverflowStrategy.ERROR_RETURN));
    inForce.check(ReconfigureScenarioTest::capacityOfNextScope);
    assertThat(inForce.areTakenOn().held()).isTrue();
    inForce.check(() -> 1 << 20);
    Invariant broken = inForce.areTakenOn();
    assertThat(broken.held()).isFalse();
    assertThat(broken.detail()).isEqualTo("an arena of 1048576 bytes, when 2097152 were in force");
  }

  @Test
  void anArenaThatWasOpenedDuringAChangeIsNotJudged() {
    SettingsInForce inForce = new SettingsInForce(ARENAS);
    inForce.check(() -> {
      inForce.change(Runs.arenas(2 << 20, OverflowStrategy.ERROR_RETURN));
      return 1 << 20;
    });
    assertThat(inForce.areTakenOn().detail()).startsWith("0 scopes between 1 changes");
  }

  @Test
  void aCounterThatDecreasesIsFound() {
    CounterWatch watch = new CounterWatch();
    try (ArenaScope scope = ArenaControl.openScope()) {
      scope.allocate(8);
    }
    var later = ArenaControl.stats();
    watch.look(ArenaControl.stats().since(later));
    watch.look(later);
    assertThat(watch.neverDecreased().held()).isTrue();
    watch.look(later.since(later));
    assertThat(watch.neverDecreased().held()).isFalse();
  }

  @Test
  void aCounterMayStartAgainInAnotherEpoch() {
    CounterWatch watch = new CounterWatch();
    try (ArenaScope scope = ArenaControl.openScope()) {
      scope.allocate(8);
    }
    watch.look();
    ArenaControl.resetMetrics();
    watch.look();
    assertThat(watch.neverDecreased().held()).isTrue();
  }

  private static long capacityOfNextScope() {
    try (ArenaScope scope = ArenaControl.openScope()) {
      return scope.availableBytes();
    }
  }

  private static ScenarioResult run(Interlude interlude) throws InterruptedException {
    return Runs.run(new ReconfigureScenario(interlude, ArenaControl::resetArenas), SETTINGS);
  }
}

package dev.engram.arena.concurrency.races;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaScope;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A control, whose forbidden outcome must be seen: as {@link ConfigureAgainstOpen}, but with two
 * scopes, one after the other, in the place of one inside the other.
 */
@JCStressTest
@Outcome(
    id = {"1, 1", "2, 2"},
    expect = Expect.ACCEPTABLE,
    desc = "Both scopes have a region of the same size.")
@Outcome(
    id = ".*",
    expect = Expect.FORBIDDEN,
    desc = "The region changed between the two, as must be seen here.")
@State
public class ConfigureAgainstOpenControl {
  private final ConfigureAgainstOpen race = new ConfigureAgainstOpen();

  /** For jcstress. */
  public ConfigureAgainstOpenControl() {}

  /** Changes the settings. */
  @Actor
  public void configure() {
    race.configure();
  }

  /**
   * Looks at scopes, one after the other.
   *
   * @param result the sizes of the regions of the last two, as multiples of the small one
   */
  @Actor
  public void open(II_Result result) {
    result.r1 = regions();
    for (int i = 0; i < ConfigureAgainstOpen.SCOPES; i++) {
      result.r2 = regions();
      if (result.r1 != result.r2) {
        return;
      }
    }
  }

  private static int regions() {
    try (ArenaScope scope = ArenaControl.openScope()) {
      return (int) (scope.availableBytes() / ConfigureAgainstOpen.SMALL_BYTES);
    }
  }
}

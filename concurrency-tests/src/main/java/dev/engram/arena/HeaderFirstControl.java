package dev.engram.arena;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.NullMarked;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.Z_Result;

/**
 * A control, whose forbidden outcome must be seen: as {@link CloseStoresFieldsFirst}, but with a
 * close that lowers the header first.
 */
@NullMarked
@JCStressTest
@Outcome(
    id = "true",
    expect = Expect.ACCEPTABLE,
    desc = "The header's offset is not below the field.")
@Outcome(
    id = "false",
    expect = Expect.FORBIDDEN,
    desc = "The header was lowered before the field, as must be seen here.")
@State
public class HeaderFirstControl {
  private static final VarHandle FIELD = field();

  private final OwnHeader header = new OwnHeader();
  private long field = Long.BYTES;

  /** For jcstress. */
  public HeaderFirstControl() {
    header.storeOffset(field);
  }

  private static VarHandle field() {
    try {
      return MethodHandles.lookup().findVarHandle(HeaderFirstControl.class, "field", long.class);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("no such field", e);
    }
  }

  /** Lowers both as a close does, in the wrong order. */
  @Actor
  public void close() {
    header.storeOffset(0);
    FIELD.setOpaque(this, 0L);
  }

  /**
   * Compares.
   *
   * @param result whether the header is not behind
   */
  @Actor
  public void watch(Z_Result result) {
    long seen = header.offset();
    result.r1 = seen >= (long) FIELD.getAcquire(this);
  }
}

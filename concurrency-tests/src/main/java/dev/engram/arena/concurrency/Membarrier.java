package dev.engram.arena.concurrency;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.OptionalInt;

/**
 * Linux's {@code membarrier}: when a call returns, every other thread of the process has gone
 * through a full memory barrier since it began. The native library uses it in the same way.
 */
@SuppressWarnings("restricted") // To call native code is the purpose.
public final class Membarrier {
  private static final int PRIVATE_EXPEDITED = 1 << 3;
  private static final int REGISTER_PRIVATE_EXPEDITED = 1 << 4;

  /** {@code long syscall(long number, ...)} with membarrier's three arguments. */
  private static final MethodHandle SYSCALL =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().findOrThrow("syscall"),
              FunctionDescriptor.of(
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_INT,
                  ValueLayout.JAVA_INT,
                  ValueLayout.JAVA_INT),
              Linker.Option.firstVariadicArg(1));

  private static final OptionalInt NUMBER = number(System.getProperty("os.arch"));
  private static final boolean AVAILABLE = call(REGISTER_PRIVATE_EXPEDITED);

  private Membarrier() {}

  /**
   * Whether this system has it and allows it.
   *
   * @return whether {@link #issue} may be called
   */
  public static boolean isAvailable() {
    return AVAILABLE;
  }

  /** Has every thread go through a barrier. */
  public static void issue() {
    if (!AVAILABLE || !call(PRIVATE_EXPEDITED)) {
      throw new IllegalStateException("membarrier is not available here");
    }
  }

  private static OptionalInt number(String architecture) {
    return switch (architecture) {
      case "amd64" -> OptionalInt.of(324);
      case "aarch64" -> OptionalInt.of(283);
      default -> OptionalInt.empty();
    };
  }

  private static boolean call(int command) {
    if (NUMBER.isEmpty()) {
      return false;
    }
    try {
      return (long) SYSCALL.invokeExact((long) NUMBER.getAsInt(), command, 0, 0) == 0;
    } catch (Throwable e) {
      throw new LinkageError("a call of a C function threw", e);
    }
  }
}

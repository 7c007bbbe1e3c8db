package dev.engram.arena.ffi;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;

/**
 * Finds out whether Java lets this module and the one that uses it call native code.
 *
 * <p>{@link Module#isNativeAccessEnabled()} does not tell: by default Java 25 lets a module without
 * the flag go ahead with a warning, and refuses only under {@code --illegal-native-access=deny}. So
 * a module that may lack the flag tries a restricted method that does nothing: it is refused, or
 * earns the warning that the first real call would.
 */
@NullMarked
final class NativeAccess {
  private NativeAccess() {}

  /**
   * Throws an UnsatisfiedLinkError that names the flag to add if this module or the caller's is
   * refused.
   */
  static void require(MethodHandles.Lookup caller) {
    if ((caller.lookupModes() & MethodHandles.Lookup.ORIGINAL) == 0) {
      throw new IllegalArgumentException("The lookup must be one that its class made itself.");
    }
    try {
      tryRestrictedMethod();
      if (!caller.lookupClass().getModule().isNativeAccessEnabled()) {
        tryRestrictedMethod(caller);
      }
    } catch (IllegalCallerException e) {
      String flag = "--enable-native-access=" + namesForFlag(caller);
      throw LoadFailure.of(
          "Java does not let it call native code (%s)".formatted(e.getMessage()),
          "Start Java with " + flag,
          e);
    }
  }

  private static void tryRestrictedMethod() {
    var _ = MemorySegment.NULL.reinterpret(0);
  }

  /** Through a lookup the restricted method is called in the name of the lookup's class. */
  private static void tryRestrictedMethod(MethodHandles.Lookup caller) {
    try {
      MethodHandle reinterpret =
          caller.findVirtual(
              MemorySegment.class,
              "reinterpret",
              MethodType.methodType(MemorySegment.class, long.class));
      var _ = (MemorySegment) reinterpret.invokeExact(MemorySegment.NULL, 0L);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("a public method that throws no checked exception", e);
    }
  }

  private static String namesForFlag(MethodHandles.Lookup caller) {
    return Stream.of(caller.lookupClass(), NativeAccess.class)
        .map(Class::getModule)
        .map(module -> module.isNamed() ? module.getName() : "ALL-UNNAMED")
        .distinct()
        .collect(Collectors.joining(","));
  }
}

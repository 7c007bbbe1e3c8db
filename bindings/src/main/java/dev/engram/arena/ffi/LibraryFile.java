package dev.engram.arena.ffi;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.function.Function;
import org.jspecify.annotations.NullMarked;

/**
 * Loads a library file into this class loader, if it is the library that the generated code was
 * made for.
 */
@NullMarked
final class LibraryFile {
  private static final String SAME_VERSION =
      "Use the library that belongs to this version of engram-arena-bindings";

  private LibraryFile() {}

  /**
   * Loads {@code file}. The version is asked before that, in a lookup of its own: a library that a
   * class loader has loaded is searched for symbols from then on, so a wrong one would stand in the
   * way of the next attempt.
   *
   * @param refused makes of Java's error the one to throw when the system does not load the file
   */
  static void load(Path file, Function<UnsatisfiedLinkError, UnsatisfiedLinkError> refused) {
    try (Arena arena = Arena.ofConfined()) {
      requireAbiVersion(file, open(file, arena, refused));
      loadIntoClassLoader(file, refused);
    }
  }

  private static SymbolLookup open(
      Path file, Arena arena, Function<UnsatisfiedLinkError, UnsatisfiedLinkError> refused) {
    try {
      return SymbolLookup.libraryLookup(file, arena);
    } catch (IllegalArgumentException e) {
      // It does not say why. This fails as well, and does.
      loadIntoClassLoader(file, refused);
      return SymbolLookup.loaderLookup();
    }
  }

  private static void loadIntoClassLoader(
      Path file, Function<UnsatisfiedLinkError, UnsatisfiedLinkError> refused) {
    try {
      System.load(file.toString());
    } catch (UnsatisfiedLinkError e) {
      throw refused.apply(e);
    }
  }

  private static void requireAbiVersion(Path file, SymbolLookup library) {
    MemorySegment function =
        library
            .find("engram_abi_version")
            .orElseThrow(() ->
                LoadFailure.of(
                    file + " is another library: it has no engram_abi_version", SAME_VERSION));
    int version = callAbiVersion(function);
    int needed = engram_arena_h.ENGRAM_ABI_VERSION();
    if (version != needed) {
      throw LoadFailure.of(
          "%s has ABI version %d, and these bindings need %d".formatted(file, version, needed),
          SAME_VERSION);
    }
  }

  /** By hand: the generated method would look the function up in this class loader, for good. */
  private static int callAbiVersion(MemorySegment function) {
    try {
      return (int)
          Linker.nativeLinker()
              .downcallHandle(function, FunctionDescriptor.of(ValueLayout.JAVA_INT))
              .invokeExact();
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("a downcall throws no checked exception", e);
    }
  }
}

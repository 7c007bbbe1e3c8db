package dev.engram.arena.benchmarks.alloc;

import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** mimalloc's shared library, which a system may have or not. */
@SuppressWarnings("restricted") // The library is the one that the system has, or the user names.
public final class MimallocLibrary {
  /** The system property that names the library's file, where the system does not find it. */
  public static final String PATH_PROPERTY = "engram.bench.mimalloc";

  private static final List<String> NAMES =
      List.of("libmimalloc.so.3", "libmimalloc.so.2", "libmimalloc.so");

  private MimallocLibrary() {}

  /**
   * Whether there is one to measure.
   *
   * @return true if it can be loaded
   */
  public static boolean isPresent() {
    return find().isPresent();
  }

  static Optional<SymbolLookup> find() {
    String path = System.getProperty(PATH_PROPERTY);
    if (path != null) {
      return Optional.of(SymbolLookup.libraryLookup(Path.of(path), Arena.global()));
    }
    return NAMES.stream().flatMap(name -> load(name).stream()).findFirst();
  }

  private static Optional<SymbolLookup> load(String name) {
    try {
      return Optional.of(SymbolLookup.libraryLookup(name, Arena.global()));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}

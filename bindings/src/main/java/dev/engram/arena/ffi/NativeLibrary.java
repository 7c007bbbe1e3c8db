package dev.engram.arena.ffi;

import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * Loads the native library, once for each class loader of this class.
 *
 * <p>The generated classes find symbols only in a library that their own class loader has loaded:
 * {@link #load} comes before any of them is touched.
 *
 * <p>The library is the file that the system property {@value #PATH_PROPERTY} names; without that
 * property it is the one that the native artifact has for this platform, copied into a private
 * temporary directory that is removed at once. Where two class loaders each have their own copy of
 * this class, each gets its own copy of the library, with its own arenas and totals; a file that
 * the property names can be loaded by one of them only.
 *
 * <p>Java 25.0.3 or newer is needed: older ones may move a heap array while a kernel reads it
 * (JDK-8377811).
 *
 * <p>Thread-safe.
 */
@NullMarked
public final class NativeLibrary {
  /** System property that names the library file to load. */
  public static final String PATH_PROPERTY = "engram.arena.library.path";

  private static final Object LOCK = new Object();
  private static volatile @Nullable String origin;

  private NativeLibrary() {}

  /**
   * Loads the library if that is still to be done. After a failure a later call tries again.
   *
   * @param caller a lookup of the calling class; where it is in a module of its own, that module
   *     needs native access as well, and only through its lookup can this be seen before something
   *     fails
   * @throws UnsatisfiedLinkError if the library cannot be loaded; the message says what was tried
   *     and what to do
   */
  public static void load(MethodHandles.Lookup caller) {
    if (origin != null) {
      return;
    }
    synchronized (LOCK) {
      if (origin == null) {
        NativeAccess.require(caller);
        String path = System.getProperty(PATH_PROPERTY);
        origin = path == null ? loadResource(Platform.current()) : loadFile(path);
      }
    }
  }

  /** Where the library was loaded from. */
  public static String description() {
    String loadedFrom = origin;
    return loadedFrom == null ? "not loaded" : loadedFrom;
  }

  private static String loadFile(String path) {
    String setting = "-D%s=%s".formatted(PATH_PROPERTY, path);
    Path file;
    try {
      file = Path.of(path).toAbsolutePath();
    } catch (InvalidPathException e) {
      throw LoadFailure.of(setting + " is not a path", "Let it name the library file", e);
    }
    requireWholeFile(setting, file);
    LibraryFile.load(file, e -> fileRefused(setting, e));
    return "%s (%s)".formatted(file, PATH_PROPERTY);
  }

  private static void requireWholeFile(String setting, Path file) {
    String remedy = "Let it name the library file, or leave it out";
    if (!Files.exists(file)) {
      throw LoadFailure.of(
          setting + " names a file that does not exist or is out of reach", remedy);
    }
    if (!Files.isRegularFile(file)) {
      throw LoadFailure.of(setting + " names no regular file", remedy);
    }
    try {
      if (ElfHeader.isCutShort(file)) {
        throw LoadFailure.of(setting + " names a file that is cut short", remedy);
      }
    } catch (IOException e) {
      throw LoadFailure.of("the file of %s cannot be read (%s)".formatted(setting, e), remedy, e);
    }
  }

  private static UnsatisfiedLinkError fileRefused(String setting, UnsatisfiedLinkError e) {
    // The JDK has no other sign of it than these words.
    if (reason(e).contains("already loaded in another classloader")) {
      return LoadFailure.of(
          setting + " names a file that is already loaded by another class loader of this JVM",
          "Let one class loader, a parent of both, load Engram Arena; or leave the property out,"
              + " and each gets a copy of the library, with its own arenas and totals",
          e);
    }
    return LoadFailure.of(
        "the system does not load the file of %s (%s)".formatted(setting, reason(e)),
        "Let it name a library that was built for this platform, or leave it out",
        e);
  }

  private static String loadResource(Platform platform) {
    byte[] content = readResource(platform);
    Path temporaryDirectory = Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath();
    try (ExtractedLibrary library = ExtractedLibrary.write(content, temporaryDirectory)) {
      LibraryFile.load(library.file(), e -> copyRefused(temporaryDirectory, e));
      return "%s of the native artifact (extracted to %s, removed since)"
          .formatted(platform, library.file());
    } catch (IOException e) {
      throw LoadFailure.of(
          "it cannot be extracted to the temporary directory %s (%s)"
              .formatted(temporaryDirectory, e),
          elsewhere(),
          e);
    }
  }

  private static UnsatisfiedLinkError copyRefused(Path temporaryDirectory, UnsatisfiedLinkError e) {
    String reason = reason(e);
    // What glibc and musl say when the file may be read but not mapped as code.
    boolean noexec =
        reason.contains("failed to map segment") || reason.contains("Operation not permitted");
    String problem =
        noexec
            ? "the temporary directory %s is mounted noexec, or code in it is forbidden (%s)"
            : "the system does not load the copy extracted to the temporary directory %s (%s)";
    return LoadFailure.of(problem.formatted(temporaryDirectory, reason), elsewhere(), e);
  }

  private static byte[] readResource(Platform platform) {
    String name = platform.resourceName();
    try (InputStream resource = openResource(name)) {
      if (resource == null) {
        throw LoadFailure.of(
            "there is no resource " + name,
            "Add the artifact dev.engram:engram-arena-native of the same version, built on this platform, or name a library"
                + " file by -D%s=FILE".formatted(PATH_PROPERTY));
      }
      return resource.readAllBytes();
    } catch (IOException e) {
      throw LoadFailure.of(
          "the resource %s cannot be read (%s)".formatted(name, e),
          "Check the artifact dev.engram:engram-arena-native",
          e);
    }
  }

  /**
   * In a module layer with a class loader for each module, this one's does not see the other's
   * resources.
   */
  private static @Nullable InputStream openResource(String name) throws IOException {
    ModuleLayer layer = NativeLibrary.class.getModule().getLayer();
    Module natives =
        layer == null ? null : layer.findModule("dev.engram.arena.natives").orElse(null);
    return natives == null
        ? NativeLibrary.class.getResourceAsStream("/" + name)
        : natives.getResourceAsStream(name);
  }

  private static String elsewhere() {
    return "Choose another by -Djava.io.tmpdir=DIRECTORY, or name a library file by -D%s=FILE"
        .formatted(PATH_PROPERTY);
  }

  private static String reason(UnsatisfiedLinkError e) {
    return String.valueOf(e.getMessage());
  }
}

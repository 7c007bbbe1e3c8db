package dev.engram.arena.ffi;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URL;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.NullMarked;

/**
 * Where the modules under test are, directories or jars, for the class path or module path of a
 * child JVM.
 */
@NullMarked
final class BuiltModules {
  private static final String LIBRARY = Platform.current().resourceName();

  private BuiltModules() {}

  static Path bindings() {
    return rootOf("dev/engram/arena/ffi/NativeLibrary.class");
  }

  static Path bindingsTests() {
    return rootOf("dev/engram/arena/ffi/BuiltModules.class");
  }

  static Path natives() {
    return rootOf(LIBRARY);
  }

  /** The bytes of this platform's library. */
  static byte[] libraryContent() {
    try (InputStream resource = resource(LIBRARY).openStream()) {
      return resource.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path rootOf(String resourceName) {
    String url = resource(resourceName).toString();
    String root = url.substring(0, url.length() - resourceName.length());
    if (root.startsWith("jar:")) {
      root = root.substring("jar:".length(), root.length() - "!/".length());
    }
    return Path.of(URI.create(root));
  }

  private static URL resource(String name) {
    return Objects.requireNonNull(BuiltModules.class.getClassLoader().getResource(name), name);
  }
}

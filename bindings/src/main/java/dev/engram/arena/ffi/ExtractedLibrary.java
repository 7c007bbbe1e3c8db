package dev.engram.arena.ffi;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import org.jspecify.annotations.NullMarked;

/**
 * A copy of the library in a new directory that only this user can enter, so that nobody can put
 * another file in its place before it is loaded. Closing removes both; what is loaded stays loaded.
 */
@NullMarked
final class ExtractedLibrary implements AutoCloseable {
  private final Path directory;
  private final Path file;

  private ExtractedLibrary(Path directory) {
    this.directory = directory;
    this.file = directory.resolve("libengram_arena.so");
  }

  /** Leaves nothing behind if it fails. */
  static ExtractedLibrary write(byte[] content, Path temporaryDirectory) throws IOException {
    ExtractedLibrary library =
        new ExtractedLibrary(
            Files.createTempDirectory(
                temporaryDirectory,
                "engram-arena-",
                PosixFilePermissions.asFileAttribute(
                    PosixFilePermissions.fromString("rwx------"))));
    try {
      library.write(content);
      return library;
    } catch (IOException | RuntimeException | Error e) {
      library.close();
      throw e;
    }
  }

  private void write(byte[] content) throws IOException {
    // createFile fails if there is a file, and unlike a channel the two calls below are not stopped
    // by an interrupt.
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.write(file, content, StandardOpenOption.WRITE);
    requireContent(file, content);
  }

  static void requireContent(Path file, byte[] content) throws IOException {
    if (!Arrays.equals(content, Files.readAllBytes(file))) {
      throw new IOException(file + " does not hold what was written to it");
    }
  }

  Path file() {
    return file;
  }

  @Override
  public void close() {
    try {
      Files.deleteIfExists(file);
      Files.deleteIfExists(directory);
    } catch (IOException e) {
      // A leftover is private to the user and nothing reads it: no reason to fail, nor to hide why
      // a load failed.
    }
  }
}

package dev.engram.arena.ffi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExtractedLibraryTest {
  private static final byte[] CONTENT = {1, 2, 3};

  @TempDir Path temporaryDirectory;

  @Test
  void copyIsInADirectoryOfItsOwnThatOnlyTheUserCanEnter() throws IOException {
    try (ExtractedLibrary library = ExtractedLibrary.write(CONTENT, temporaryDirectory)) {
      Path directory = library.file().getParent();
      assertThat(directory).hasParent(temporaryDirectory);
      assertThat(permissions(directory)).isEqualTo("rwx------");
      assertThat(permissions(library.file())).isEqualTo("rw-------");
      assertThat(library.file()).hasBinaryContent(CONTENT);
    }
  }

  @Test
  void closeRemovesFileAndDirectory() throws IOException {
    ExtractedLibrary.write(CONTENT, temporaryDirectory).close();

    assertThat(temporaryDirectory).isEmptyDirectory();
  }

  @Test
  void twoCopiesAreApart() throws IOException {
    try (ExtractedLibrary one = ExtractedLibrary.write(CONTENT, temporaryDirectory);
        ExtractedLibrary other = ExtractedLibrary.write(CONTENT, temporaryDirectory)) {
      assertThat(one.file().getParent()).isNotEqualTo(other.file().getParent());
    }
  }

  @Test
  void contentThatIsNotWhatWasWrittenIsRefused() throws IOException {
    Path file = Files.write(temporaryDirectory.resolve("file"), new byte[] {1, 2, 4});

    assertThatThrownBy(() -> ExtractedLibrary.requireContent(file, CONTENT))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file.toString());
  }

  @Test
  void interruptedThreadCanExtract() throws IOException {
    Thread.currentThread().interrupt();
    try (ExtractedLibrary library = ExtractedLibrary.write(CONTENT, temporaryDirectory)) {
      assertThat(library.file()).exists();
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void missingTemporaryDirectoryIsNamed() {
    Path missing = temporaryDirectory.resolve("missing");

    assertThatThrownBy(() -> ExtractedLibrary.write(CONTENT, missing))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining(missing.toString());
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}

package dev.engram.arena.examples.recall;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VectorFileTest {

  private static final float[] VALUES = {1, -2.5f, Float.MIN_VALUE, 4, 5, Float.NaN};

  @TempDir private Path directory;

  private Path file = Path.of("");

  @BeforeEach
  void nameFile() {
    file = directory.resolve("matrix.npy");
  }

  @Test
  void whatWasWrittenIsMapped() throws IOException {
    VectorFile.write(file, VALUES, 3);

    try (Arena arena = Arena.ofConfined()) {
      MemorySegment rows = VectorFile.map(file, 2, 3, arena);

      assertThat(rows.toArray(JAVA_FLOAT)).isEqualTo(VALUES);
      assertThat(rows.isReadOnly()).isTrue();
      assertThat(rows.address() % 64).isZero();
    }
  }

  /** The bytes that numpy.save writes for numpy.array([[1.0, -2.0]], dtype=numpy.float32). */
  @Test
  void theBytesAreThoseOfNumPy() throws IOException {
    VectorFile.write(file, new float[] {1, -2}, 2);

    String dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }";
    String header =
        "\u0093NUMPY\u0001\0v\0" + dictionary + " ".repeat(117 - dictionary.length()) + "\n";
    assertThat(Files.readAllBytes(file))
        .isEqualTo((header + "\0\0\u0080?\0\0\0\u00c0").getBytes(ISO_8859_1));
  }

  @Test
  void theHeaderIsTheSameInEveryLocale() throws IOException {
    Path other = directory.resolve("other.npy");
    VectorFile.write(file, VALUES, 3);
    Locale locale = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
      VectorFile.write(other, VALUES, 3);
    } finally {
      Locale.setDefault(locale);
    }

    assertThat(other).hasSameBinaryContentAs(file);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 9, 10, 127, 128, 148, 151, 153, 1000})
  void aFileOfAnotherLengthIsRefused(int length) throws IOException {
    VectorFile.write(file, VALUES, 3);
    Files.write(file, Arrays.copyOf(Files.readAllBytes(file), length));

    assertRefused(2, 3, "bytes instead of 152");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 6, 8, 30, 127})
  void aFileWithADamagedHeaderIsRefused(int position) throws IOException {
    VectorFile.write(file, VALUES, 3);
    byte[] bytes = Files.readAllBytes(file);
    bytes[position] ^= 1;
    Files.write(file, bytes);

    assertRefused(2, 3, "header");
  }

  @Test
  void aMatrixOfAnotherShapeIsRefused() throws IOException {
    VectorFile.write(file, VALUES, 3);

    assertRefused(3, 2, "header is not that of 3 rows of 2 floats");
  }

  @Test
  void aMissingFileIsReported() {
    try (Arena arena = Arena.ofConfined()) {
      assertThatThrownBy(() -> VectorFile.map(file, 2, 3, arena))
          .isInstanceOf(FileNotFoundException.class);
    }
  }

  @Test
  void valuesThatAreNotWholeRowsAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> VectorFile.write(file, VALUES, 4))
        .withMessage("6 values are not rows of 4 columns");
    assertThat(file).doesNotExist();
  }

  private void assertRefused(int rows, int columns, String reason) {
    try (Arena arena = Arena.ofConfined()) {
      assertThatThrownBy(() -> VectorFile.map(file, rows, columns, arena))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(reason);
    }
  }
}

package dev.engram.arena.stress.vectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files written by another implementation are the oracle; a reader that loops is stopped. */
@Timeout(value = 20, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NpyFileTest {
  private static final float[] ELEMENTS = {1, 2, 3, -4, 5.5f, Float.MIN_VALUE};
  private static final float[][] ROWS = {{1, 2, 3}, {-4, 5.5f, Float.MIN_VALUE}};

  @TempDir private Path directory;
  private Path file = Path.of("set before each test");

  @BeforeEach
  void nameFile() {
    file = directory.resolve("vectors.npy");
  }

  @Test
  void readsWhatAnotherImplementationWrites() throws IOException {
    org.jetbrains.bio.npy.NpyFile.write(file, ELEMENTS, new int[] {2, 3}, ByteOrder.LITTLE_ENDIAN);
    assertThat(NpyFile.readRows(file)).isDeepEqualTo(ROWS);
  }

  @Test
  void readsTheOtherByteOrder() throws IOException {
    org.jetbrains.bio.npy.NpyFile.write(file, ELEMENTS, new int[] {2, 3}, ByteOrder.BIG_ENDIAN);
    assertThat(NpyFile.readRows(file)).isDeepEqualTo(ROWS);
  }

  @Test
  void readsTheHeaderThatNumPyWrites() throws IOException {
    write(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", ELEMENTS);
    assertThat(NpyFile.readRows(file)).isDeepEqualTo(ROWS);
  }

  @Test
  void readsALongHeader() throws IOException {
    write(2, "{'shape': (2, 3), 'fortran_order': False, 'descr': '<f4'}", ELEMENTS);
    assertThat(NpyFile.readRows(file)).isDeepEqualTo(ROWS);
  }

  @Test
  void refusesAFileThatIsCutShort() throws IOException {
    writeRows();
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(whole, whole.length - 1));
    assertRefused("it holds 23 bytes of data, its shape (2, 3) of float32 needs 24");
  }

  @Test
  void refusesAFileThatEndsInItsHeader() throws IOException {
    writeRows();
    byte[] whole = Files.readAllBytes(file);
    for (int length : new int[] {0, 5, 6, 7, 9, 40}) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertRefused("ends too early");
    }
  }

  @Test
  void refusesAFileWithMoreThanItsShapeSays() throws IOException {
    writeRows();
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(whole, whole.length + 4));
    assertRefused("it holds 28 bytes of data, its shape (2, 3) of float32 needs 24");
  }

  @Test
  void refusesOtherElements() throws IOException {
    org.jetbrains.bio.npy.NpyFile.write(file, new double[] {1, 2}, new int[] {1, 2});
    assertRefused("its elements are <f8, float32 (<f4) is needed");
  }

  @Test
  void refusesOtherNumbersOfDimensions() throws IOException {
    org.jetbrains.bio.npy.NpyFile.write(file, ELEMENTS, new int[] {6});
    assertRefused("two dimensions are needed");
    org.jetbrains.bio.npy.NpyFile.write(file, ELEMENTS, new int[] {1, 2, 3});
    assertRefused("two dimensions are needed");
  }

  @Test
  void refusesSizesThatNoArrayCanHave() throws IOException {
    write(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 3), }");
    assertRefused("allowed are 1 to");
    write(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 9999999999), }");
    assertRefused("allowed are 1 to");
    write(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (2147483640, 1), }");
    assertRefused("allowed are 1 to 2147483639 rows of 1 to 536870909 elements");
    write(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (2147483639, 536870909), }");
    assertRefused("it holds 0 bytes of data");
  }

  @Test
  void refusesFortranOrder() throws IOException {
    write(1, "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }", ELEMENTS);
    assertRefused("Fortran order");
  }

  @Test
  void refusesWhatIsNoNpyFile() throws IOException {
    Files.writeString(file, "word,vector\nlibrary,1.0\n");
    assertRefused("not a .npy file");
  }

  @Test
  void refusesAnUnknownVersion() throws IOException {
    write(4, "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", ELEMENTS);
    assertRefused("version 4");
  }

  @Test
  void refusesAnImplausibleHeaderLength() throws IOException {
    byte[] prefix = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 2, 0, -1, -1, -1, -1, '{', '}'};
    Files.write(file, prefix);
    assertRefused("not plausible");
  }

  @Test
  void refusesAHeaderWithoutShape() throws IOException {
    write(1, "{'descr': '<f4', 'fortran_order': False}", ELEMENTS);
    assertRefused("no 'shape'");
  }

  @Test
  void saysThatThereIsNoFile() {
    assertRefused("there is no such file");
  }

  private void writeRows() {
    org.jetbrains.bio.npy.NpyFile.write(file, ELEMENTS, new int[] {2, 3});
  }

  private void write(int version, String header, float... elements) throws IOException {
    byte[] text = header.getBytes(StandardCharsets.US_ASCII);
    int dataBytes = elements.length * Float.BYTES;
    ByteBuffer buffer =
        ByteBuffer.allocate(12 + text.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
    buffer.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) version, 0});
    if (version == 1) {
      buffer.putShort((short) text.length);
    } else {
      buffer.putInt(text.length);
    }
    buffer.put(text);
    for (float element : elements) {
      buffer.putFloat(element);
    }
    Files.write(file, Arrays.copyOf(buffer.array(), buffer.position()));
  }

  private void assertRefused(String why) {
    assertThatThrownBy(() -> NpyFile.readRows(file))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(file + ": ")
        .hasMessageContaining(why);
  }
}

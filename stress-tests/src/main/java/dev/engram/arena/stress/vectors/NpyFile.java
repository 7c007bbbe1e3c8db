package dev.engram.arena.stress.vectors;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads NumPy's .npy format, versions 1 to 3, as its specification describes it (numpy.lib.format).
 * Written here because the reader of org.jetbrains.bio:npy never returns from a file that is
 * shorter than its header says.
 */
final class NpyFile {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

  /**
   * Magic, two bytes of version, and the length of the header in two bytes, or in four from version
   * 2 on.
   */
  private static final int PREFIX_BYTES = 10;

  private static final int LONG_PREFIX_BYTES = 12;
  private static final int HEADER_BYTES_MAX = 1 << 16;

  /** JVMs refuse arrays that are a few elements longer, whatever the heap. */
  private static final int ROWS_MAX = Integer.MAX_VALUE - 8;

  /** A row's bytes have to fit an array. The bytes of all rows then fit a long. */
  private static final int COLUMNS_MAX = ROWS_MAX / Float.BYTES;

  private static final Pattern TYPE = Pattern.compile("'descr'\\s*:\\s*'([^']*)'");
  private static final Pattern COLUMN_MAJOR = Pattern.compile("'fortran_order'\\s*:\\s*True");
  private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([^)]*)\\)");
  private static final Pattern TWO_SIZES =
      Pattern.compile("\\s*(\\d{1,10})L?\\s*,\\s*(\\d{1,10})L?\\s*,?\\s*");

  /** What a header says of the data behind it. */
  private record Layout(ByteOrder order, long rows, int columns, long dataOffset) {}

  private NpyFile() {}

  /**
   * The rows of a two-dimensional float32 array. An IOException says which file and what is wrong
   * with it.
   */
  static float[][] readRows(Path file) throws IOException {
    try (InputStream stream = Files.newInputStream(file);
        DataInputStream input = new DataInputStream(stream)) {
      Layout layout = readLayout(file, input);
      checkLength(file, layout);
      return readRows(input, layout);
    } catch (NoSuchFileException e) {
      throw new IOException(file + ": there is no such file", e);
    } catch (EOFException e) {
      throw new IOException(file + ": the file ends too early to be a .npy file", e);
    }
  }

  private static Layout readLayout(Path file, DataInputStream input) throws IOException {
    byte[] magic = new byte[MAGIC.length];
    input.readFully(magic);
    if (!Arrays.equals(magic, MAGIC)) {
      throw new IOException(file + ": not a .npy file, it does not begin with \\x93NUMPY");
    }
    int version = input.readUnsignedByte();
    input.readUnsignedByte();
    if (version < 1 || version > 3) {
      throw new IOException(file + ": version " + version + " of .npy is unknown, 1 to 3 are read");
    }
    int headerBytes =
        version == 1
            ? Short.toUnsignedInt(Short.reverseBytes(input.readShort()))
            : Integer.reverseBytes(input.readInt());
    if (headerBytes < 0 || headerBytes > HEADER_BYTES_MAX) {
      throw new IOException(file + ": a header of " + headerBytes + " bytes is not plausible");
    }
    byte[] header = new byte[headerBytes];
    input.readFully(header);
    long dataOffset = (version == 1 ? PREFIX_BYTES : LONG_PREFIX_BYTES) + (long) headerBytes;
    return parse(file, new String(header, StandardCharsets.UTF_8), dataOffset);
  }

  private static Layout parse(Path file, String header, long dataOffset) throws IOException {
    String type = find(file, header, TYPE, "descr");
    if (!type.equals("<f4") && !type.equals(">f4")) {
      throw new IOException(file + ": its elements are " + type + ", float32 (<f4) is needed");
    }
    if (COLUMN_MAJOR.matcher(header).find()) {
      throw new IOException(file + ": it is in Fortran order, C order is needed");
    }
    String shape = find(file, header, SHAPE, "shape");
    Matcher sizes = TWO_SIZES.matcher(shape);
    if (!sizes.matches()) {
      throw new IOException(file + ": its shape is (" + shape + "), two dimensions are needed");
    }
    long rows = Long.parseLong(sizes.group(1));
    long columns = Long.parseLong(sizes.group(2));
    if (rows < 1 || rows > ROWS_MAX || columns < 1 || columns > COLUMNS_MAX) {
      throw new IOException(
          "%s: its shape is (%s), allowed are 1 to %d rows of 1 to %d elements"
              .formatted(file, shape, ROWS_MAX, COLUMNS_MAX));
    }
    ByteOrder order = type.startsWith("<") ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
    return new Layout(order, rows, (int) columns, dataOffset);
  }

  private static String find(Path file, String header, Pattern pattern, String key)
      throws IOException {
    Matcher matcher = pattern.matcher(header);
    if (!matcher.find()) {
      throw new IOException(file + ": its header has no '" + key + "' that is understood");
    }
    return matcher.group(1);
  }

  private static void checkLength(Path file, Layout layout) throws IOException {
    long dataBytes = layout.rows() * layout.columns() * Float.BYTES;
    long heldBytes = Files.size(file) - layout.dataOffset();
    if (dataBytes != heldBytes) {
      throw new IOException(
          "%s: it holds %d bytes of data, its shape (%d, %d) of float32 needs %d"
              .formatted(file, heldBytes, layout.rows(), layout.columns(), dataBytes));
    }
  }

  private static float[][] readRows(DataInputStream input, Layout layout) throws IOException {
    float[][] rows = new float[(int) layout.rows()][];
    byte[] bytes = new byte[layout.columns() * Float.BYTES];
    for (int row = 0; row < rows.length; row++) {
      input.readFully(bytes);
      rows[row] = new float[layout.columns()];
      ByteBuffer.wrap(bytes).order(layout.order()).asFloatBuffer().get(rows[row]);
    }
    return rows;
  }
}

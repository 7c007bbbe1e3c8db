package dev.engram.arena.benchmarks.kernels;

import io.github.jbellis.jvector.vector.VectorizationProvider;
import java.lang.reflect.Field;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import jdk.incubator.vector.FloatVector;
import org.apache.lucene.util.VectorUtil;

/** Which versions of the peers there are, and what they compute with in this JVM. */
public final class PeerVersions {
  /** Begins each line, among what the peers may print themselves. */
  public static final String PREFIX = "peer:";

  private PeerVersions() {}

  /**
   * Prints a line of subject and note for each peer. The JVM must be one like those that are
   * measured.
   *
   * @param arguments none
   */
  public static void main(String[] arguments) {
    all().forEach((subject, note) -> System.out.println(PREFIX + subject + "=" + note));
  }

  private static Map<String, String> all() {
    Map<String, String> notes = new LinkedHashMap<>();
    notes.put("lucene", jar(VectorUtil.class) + ", " + luceneSupport().getSimpleName());
    notes.put(
        "jvector",
        "%s, %s"
            .formatted(
                jar(VectorizationProvider.class),
                VectorizationProvider.getInstance().getClass().getSimpleName()));
    notes.put(
        "java api", "vectors of %d bits".formatted(FloatVector.SPECIES_PREFERRED.vectorBitSize()));
    return notes;
  }

  /** Lucene falls back to loops without saying so. */
  static void requireVectorisedLucene() {
    String support = luceneSupport().getSimpleName();
    if (!support.startsWith("Panama")) {
      throw new IllegalStateException(
          "Lucene computes with " + support + "; its Vector API support is not on");
    }
  }

  private static Class<?> luceneSupport() {
    try {
      Field field = VectorUtil.class.getDeclaredField("IMPL");
      field.setAccessible(true);
      return Objects.requireNonNull(field.get(null)).getClass();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("Lucene hides what it computes with", e);
    }
  }

  private static String jar(Class<?> type) {
    try {
      URI location = type.getProtectionDomain().getCodeSource().getLocation().toURI();
      return String.valueOf(Path.of(location).getFileName());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}

package dev.engram.arena.stress;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The version that the build has written down. */
final class StressVersion implements IVersionProvider {
  private static final String RESOURCE = "version.properties";

  StressVersion() {}

  @Override
  public String[] getVersion() {
    Properties properties = new Properties();
    try (InputStream stream = StressVersion.class.getResourceAsStream(RESOURCE)) {
      if (stream == null) {
        throw new IllegalStateException("the build has left out " + RESOURCE);
      }
      properties.load(stream);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new String[] {
      "Engram Arena stress runner " + properties.getProperty("version"), "Java " + Runtime.version()
    };
  }
}

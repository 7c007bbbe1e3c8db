package dev.engram.arena;

import java.text.MessageFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.ResourceBundle;
import org.jspecify.annotations.Nullable;

/** Keeps the warnings that it is given, and what was thrown. */
final class RecordingLogger implements System.Logger {
  final List<String> warnings = new ArrayList<>();
  final List<@Nullable Throwable> thrown = new ArrayList<>();

  @Override
  public String getName() {
    return "recording";
  }

  @Override
  public boolean isLoggable(Level level) {
    return level == Level.WARNING;
  }

  @Override
  public void log(
      Level level,
      @Nullable ResourceBundle bundle,
      @Nullable String message,
      @Nullable Throwable cause) {
    warnings.add(String.valueOf(message));
    thrown.add(cause);
  }

  @Override
  public void log(
      Level level,
      @Nullable ResourceBundle bundle,
      @Nullable String format,
      @Nullable Object @Nullable ... parameters) {
    warnings.add(
        parameters == null
            ? String.valueOf(format)
            : MessageFormat.format("" + format, parameters));
    thrown.add(null);
  }
}

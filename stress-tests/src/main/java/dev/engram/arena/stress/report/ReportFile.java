package dev.engram.arena.stress.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;

/** A file that is written whole or not at all: a reader never sees half a report. */
public final class ReportFile {
  private final Path target;

  /**
   * Beside the target, so that it can take its place; or the target itself, where that is no
   * regular file.
   */
  private final Path draft;

  private ReportFile(Path target, Path draft) {
    this.target = target;
    this.draft = draft;
  }

  /**
   * Makes sure that the file can be written later, before a long run has been for nothing.
   *
   * @param file where the report is to go; devices and pipes are written to directly
   * @return the file, not yet written
   * @throws IOException if it cannot be written; the message says which file and why
   */
  public static ReportFile at(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new IOException(file + ": is a directory");
    }
    if (Files.exists(file) && !Files.isWritable(file)) {
      throw new IOException(file + ": is not writable");
    }
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      return new ReportFile(file, file);
    }
    // Through a symbolic link, what it leads to is replaced, not the link.
    Path target = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
    Path directory = Objects.requireNonNull(target.getParent(), "a file has a parent");
    if (!Files.isDirectory(directory)) {
      throw new IOException(file + ": there is no directory " + directory);
    }
    Path draft =
        directory.resolve("." + target.getFileName() + "." + ProcessHandle.current().pid());
    try {
      Files.writeString(draft, "");
      Files.delete(draft);
    } catch (IOException e) {
      throw new IOException(file + ": cannot write to directory " + directory, e);
    }
    return new ReportFile(target, draft);
  }

  /**
   * Writes the report.
   *
   * @param text all of it
   * @throws IOException if it cannot be written; what was there before is unchanged then
   */
  public void write(String text) throws IOException {
    if (draft.equals(target)) {
      Files.writeString(target, text, StandardOpenOption.WRITE);
      return;
    }
    try {
      Files.writeString(draft, text);
      Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(draft);
    }
  }
}

package dev.engram.arena.examples.recall;

import java.io.Console;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Finds the vectors of the glosses in the cache or else makes them, and tells the user which. */
final class GlossVectors {

  private static final int COLUMNS = 79;
  private static final int BAR_INTERVAL_MILLIS = 200;

  /** A log keeps every state of the bar. */
  private static final int LOG_INTERVAL_MILLIS = 5_000;

  private final EmbeddingCache cache;
  private final PrintStream out;
  private final PrintStream progress;

  GlossVectors(EmbeddingCache cache, PrintStream out, PrintStream progress) {
    this.cache = cache;
    this.out = out;
    this.progress = progress;
  }

  /**
   * Returns the vectors of {@code texts}, one after the other.
   *
   * @param arena keeps the vectors mapped
   * @throws RecallException if the cache cannot be written or read
   */
  MemorySegment get(List<String> texts, Embedder embedder, Arena arena) throws RecallException {
    try {
      Optional<MemorySegment> cached = fromCache(arena);
      if (cached.isPresent()) {
        out.printf(Locale.ROOT, "%,d vectors, from the cache: %s%n", texts.size(), cache.file());
        return cached.get();
      }
      List<Path> outdated = cache.outdated();
      for (Path file : outdated) {
        out.printf(Locale.ROOT, "The definitions or the model have changed, replacing %s%n", file);
      }
      long start = System.nanoTime();
      cache.store(embedAll(texts, embedder));
      for (Path file : outdated) {
        Files.deleteIfExists(file);
      }
      out.printf(
          Locale.ROOT,
          "%,d vectors, made in %.1f s and cached: %s%n",
          texts.size(),
          (System.nanoTime() - start) / 1e9,
          cache.file());
      return cache.load(arena).orElseThrow();
    } catch (IOException e) {
      throw RecallException.cannotRun("cannot keep vectors in " + cache.file() + ": " + e, e);
    }
  }

  private Optional<MemorySegment> fromCache(Arena arena) {
    try {
      return cache.load(arena);
    } catch (IOException e) {
      out.printf(
          Locale.ROOT,
          "The cached vectors cannot be used (%s), making them again: %s%n",
          e.getMessage(),
          cache.file());
      return Optional.empty();
    }
  }

  private float[] embedAll(List<String> texts, Embedder embedder) {
    ProgressBarBuilder builder =
        new ProgressBarBuilder()
            .setTaskName("Embedding")
            .setInitialMax(texts.size())
            .setStyle(ProgressBarStyle.ASCII);
    if (onTerminal()) {
      builder
          .setUpdateIntervalMillis(BAR_INTERVAL_MILLIS)
          .setConsumer(new ConsoleProgressBarConsumer(progress, COLUMNS));
    } else {
      builder
          .setUpdateIntervalMillis(LOG_INTERVAL_MILLIS)
          .setConsumer(new DelegatingProgressBarConsumer(progress::println, COLUMNS));
    }
    try (ProgressBar bar = builder.build()) {
      return embedder.embedAll(texts, bar::step);
    }
  }

  private static boolean onTerminal() {
    return Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
  }
}

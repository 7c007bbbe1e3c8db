package dev.engram.arena.examples.recall;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaOverflowException;
import dev.engram.arena.ArenaStats;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command line: reads the glosses, has vectors found or made, and answers the question. */
@Command(
    name = "recall",
    sortOptions = false,
    usageHelpWidth = 98,
    exitCodeOnExecutionException = RecallException.CANNOT_RUN,
    description = "Lists the man-made things of WordNet that are nearest in meaning to a question.",
    footer = {
      "",
      "The first run turns the definitions of all things into vectors, which takes some seconds,",
      "and keeps them as a NumPy file in engram-arena/recall of $XDG_CACHE_HOME or ~/.cache.",
      "",
      "Exit codes: 0 done, 2 usage error, 3 cannot run here."
    })
public final class Recall implements Callable<Integer> {

  private static final OptionSpec HELP =
      OptionSpec.builder("-h", "--help").usageHelp(true).description("Show this text.").build();

  @Parameters(
      arity = "0..*",
      paramLabel = "QUESTION",
      description = "What to look for. Without it the vectors are prepared, and no more.")
  private List<String> questionWords = List.of();

  @Option(
      names = "--limit",
      paramLabel = "N",
      converter = PositiveInteger.class,
      description = "Look at the first N definitions only; their vectors are kept apart.")
  private int limit = Integer.MAX_VALUE;

  @Option(
      names = "--top",
      paramLabel = "K",
      converter = PositiveInteger.class,
      description = "How many answers to list (default: ${DEFAULT-VALUE}).")
  private int top = 5;

  private final Path cacheDirectory;
  private final PrintStream out;
  private final PrintStream progress;

  private Recall(Path cacheDirectory, PrintStream out, PrintStream progress) {
    this.cacheDirectory = cacheDirectory;
    this.out = out;
    this.progress = progress;
  }

  /**
   * Runs the program and ends the process.
   *
   * @param arguments the command line
   */
  public static void main(String[] arguments) {
    Path home = Path.of(System.getProperty("user.home"));
    Path directory = EmbeddingCache.directoryOfUser(System.getenv(), home);
    System.exit(run(directory, System.out, System.err, arguments));
  }

  /**
   * Runs the program.
   *
   * @param cacheDirectory where the vectors are kept
   * @param out for answers
   * @param err for progress and errors
   * @return the exit code
   */
  static int run(Path cacheDirectory, PrintStream out, PrintStream err, String... arguments) {
    CommandLine commandLine = new CommandLine(new Recall(cacheDirectory, out, err));
    commandLine.getCommandSpec().addOption(HELP);
    commandLine
        .setOut(new PrintWriter(out, true, out.charset()))
        .setErr(new PrintWriter(err, true, err.charset()))
        .setParameterExceptionHandler((refused, tokens) -> {
          err.println("recall: " + refused.getMessage());
          return ExitCode.USAGE;
        })
        .setExecutionExceptionHandler((thrown, command, parsed) -> {
          if (thrown instanceof RecallException expected) {
            err.println("recall: " + expected.getMessage());
            return expected.exitCode();
          }
          throw thrown;
        });
    // picocli catches exceptions only; the JVM's own exit code is none of those that are promised.
    try {
      return commandLine.execute(arguments);
    } catch (OutOfMemoryError e) {
      err.println("recall: out of memory: " + e.getMessage() + "; give a larger heap");
    } catch (Throwable t) {
      t.printStackTrace(err);
    }
    return RecallException.CANNOT_RUN;
  }

  @Override
  public Integer call() throws RecallException {
    String question = String.join(" ", questionWords);
    if (question.isBlank() && !questionWords.isEmpty()) {
      throw RecallException.usage("the question is empty", null);
    }
    ArenaStats before = arenaStats();
    createCacheDirectory();
    List<Gloss> glosses = WordNetReader.read().memories(limit);
    List<String> texts = glosses.stream().map(Gloss::text).toList();
    try (Embedder embedder = Embedder.open(cacheDirectory);
        Arena arena = Arena.ofConfined()) {
      EmbeddingCache cache = new EmbeddingCache(cacheDirectory, texts, embedder.checksum());
      MemorySegment vectors = new GlossVectors(cache, out, progress).get(texts, embedder, arena);
      if (!question.isEmpty()) {
        answer(embedder.embed(question), vectors, glosses);
        printStats(ArenaControl.stats().since(before));
      }
      return ExitCode.OK;
    } catch (ArenaOverflowException e) {
      throw RecallException.cannotRun(e.getMessage(), e);
    }
  }

  /** The first use of the library: what it refuses is refused before time is spent on vectors. */
  private static ArenaStats arenaStats() throws RecallException {
    try {
      return ArenaControl.stats();
    } catch (IllegalArgumentException e) {
      throw RecallException.usage(e.getMessage(), e);
    } catch (UnsatisfiedLinkError e) {
      throw RecallException.cannotRun(e.getMessage(), e);
    }
  }

  private void createCacheDirectory() throws RecallException {
    try {
      Files.createDirectories(cacheDirectory);
    } catch (IOException e) {
      throw RecallException.cannotRun(
          "cannot create the cache directory (XDG_CACHE_HOME names another): " + e, e);
    }
  }

  private void answer(float[] question, MemorySegment vectors, List<Gloss> glosses) {
    long start = System.nanoTime();
    List<Match> matches = NearestRows.find(question, vectors, top);
    long found = System.nanoTime();
    NearestRows.find(question, vectors, top);
    long foundAgain = System.nanoTime();
    for (int rank = 1; rank <= matches.size(); rank++) {
      Match match = matches.get(rank - 1);
      out.printf(
          Locale.ROOT, "%3d  %.4f  %s%n", rank, match.score(), glosses.get(match.row()).text());
    }
    out.printf(
        Locale.ROOT,
        "Searched %,d vectors in %.1f ms, a second time in %.1f ms.%n",
        glosses.size(),
        (found - start) / 1e6,
        (foundAgain - found) / 1e6);
  }

  private void printStats(ArenaStats stats) {
    out.printf(
        Locale.ROOT,
        "Arena: scopes %,d, resets %,d, overflows %,d; at most %,d of %,d bytes in use.%n",
        stats.totalScopes(),
        stats.totalResets(),
        stats.totalOverflows(),
        stats.maxHighWaterMarkBytes(),
        ArenaControl.config().poolSizeBytes());
  }
}

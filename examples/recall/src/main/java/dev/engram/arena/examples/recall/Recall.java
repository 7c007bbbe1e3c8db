package dev.engram.arena.examples.recall;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaOverflowException;
import dev.engram.arena.ArenaStats;
import dev.engram.arena.examples.recall.AssociativeMemory.Answer;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
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
    description =
        "Lists the man-made things of WordNet that a question brings to mind: by their meaning, by"
            + " what they are related to, and by how lately they were listed.",
    footer = {
      "",
      "The first run turns the definitions of all things into vectors, which takes some seconds,",
      "and keeps them as a NumPy file in engram-arena/recall of $XDG_CACHE_HOME or ~/.cache. When a",
      "thing was last listed is kept beside it, in last-recalled.tsv.",
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

  @Option(names = "--explain", description = "Tell what each step did to the ranking.")
  private boolean explain;

  private final InstantSource clock;
  private final Path cacheDirectory;
  private final PrintStream out;
  private final PrintStream progress;

  private Recall(InstantSource clock, Path cacheDirectory, PrintStream out, PrintStream progress) {
    this.clock = clock;
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
    System.exit(run(InstantSource.system(), directory, System.out, System.err, arguments));
  }

  /**
   * Runs the program.
   *
   * @param clock tells how long ago a thing was listed
   * @param cacheDirectory where the vectors are kept, and when a thing was listed
   * @param out for answers
   * @param err for progress and errors
   * @return the exit code
   */
  static int run(
      InstantSource clock,
      Path cacheDirectory,
      PrintStream out,
      PrintStream err,
      String... arguments) {
    CommandLine commandLine = new CommandLine(new Recall(clock, cacheDirectory, out, err));
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
    RecallTimes times = recallTimes();
    WordNet wordNet = WordNetReader.read();
    List<String> texts = wordNet.memories(limit).stream().map(Gloss::text).toList();
    try (Embedder embedder = Embedder.open(cacheDirectory);
        Arena arena = Arena.ofConfined()) {
      EmbeddingCache cache = new EmbeddingCache(cacheDirectory, texts, embedder.checksum());
      MemorySegment vectors = new GlossVectors(cache, out, progress).get(texts, embedder, arena);
      if (!question.isEmpty()) {
        try (AssociativeMemory memory = new AssociativeMemory(vectors, wordNet)) {
          answer(embedder.embed(question), memory, wordNet, texts, times);
        }
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

  private RecallTimes recallTimes() throws RecallException {
    try {
      return RecallTimes.load(cacheDirectory);
    } catch (IOException e) {
      throw RecallException.cannotRun(
          "cannot read when things were recalled: %s; without the file it starts afresh"
              .formatted(e.getMessage()),
          e);
    }
  }

  private void answer(
      float[] question,
      AssociativeMemory memory,
      WordNet wordNet,
      List<String> texts,
      RecallTimes times)
      throws RecallException {
    Instant now = clock.instant();
    long[] ages = times.agesSeconds(texts, now);
    long start = System.nanoTime();
    Answer answer = memory.recall(question, ages, top);
    long found = System.nanoTime();
    memory.recall(question, ages, top);
    long foundAgain = System.nanoTime();
    print(answer, wordNet, texts, ages);
    out.printf(
        Locale.ROOT,
        "Searched %,d vectors and %,d relations in %.1f ms, a second time in %.1f ms.%n",
        memory.size(),
        memory.relationCount(),
        (found - start) / 1e6,
        (foundAgain - found) / 1e6);
    try {
      times.recalled(answer.recollections().stream().map(r -> texts.get(r.memory())).toList(), now);
    } catch (IOException e) {
      throw RecallException.cannotRun("cannot keep when things were recalled: " + e, e);
    }
  }

  private void print(Answer answer, WordNet wordNet, List<String> texts, long[] ages) {
    Explanation explanation = new Explanation(wordNet, out);
    int rank = 0;
    for (Recollection found : answer.recollections()) {
      rank++;
      out.printf(Locale.ROOT, "%3d  %.4f  %s%n", rank, found.strength(), texts.get(found.memory()));
      if (explain) {
        explanation.print(found, rank, answer.spread(), ages[found.memory()]);
      }
    }
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

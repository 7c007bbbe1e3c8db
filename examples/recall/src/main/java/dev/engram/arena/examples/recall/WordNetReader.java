package dev.engram.arena.examples.recall;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.StringTokenizer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the data files of the WordNet database, whose format is described in its manual page
 * wndb(5WN): a line a synset, that begins with its offset in the file.
 */
final class WordNetReader {

  /** Where the database lies on the class path. */
  private static final String DIRECTORY = "/net/sf/extjwnl/data/wordnet/wn31/";

  /** The number of {@link WordNet#LEXICOGRAPHER_FILE}, from lexnames(5WN). */
  private static final String LEXICOGRAPHER_FILE_NUMBER = "06";

  private static final String LICENCE_INDENT = "  ";
  private static final String GLOSS_SEPARATOR = " | ";

  /** In a WordNet gloss, usage examples are quoted and follow the definition. */
  private static final String FIRST_EXAMPLE = "; \"";

  /** Opens the files of a database by their name. */
  @FunctionalInterface
  interface Files {
    @Nullable InputStream open(String name) throws IOException;
  }

  /** Names a synset in the files: an offset tells it from the others of its part of speech only. */
  private record Key(char partOfSpeech, int offset) {}

  /** A pointer whose target may not have been read yet. */
  private record Unresolved(int source, Relation relation, Key target) {}

  private final List<Gloss> synsets = new ArrayList<>();
  private final Map<Key, Integer> numbers = new HashMap<>();
  private final List<Unresolved> pointers = new ArrayList<>();
  private int firstMemory;
  private int memories;

  private WordNetReader() {}

  /**
   * Reads WordNet 3.1 from the class path.
   *
   * @throws RecallException if the database cannot be read
   */
  static WordNet read() throws RecallException {
    return read(name -> WordNetReader.class.getResourceAsStream(DIRECTORY + name));
  }

  /**
   * Reads a database.
   *
   * @throws RecallException if it cannot be read, or is not what the format says
   */
  static WordNet read(Files files) throws RecallException {
    WordNetReader reader = new WordNetReader();
    try {
      reader.readFile(files, "data.noun", 'n');
      reader.readFile(files, "data.verb", 'v');
      reader.readFile(files, "data.adj", 'a');
      reader.readFile(files, "data.adv", 'r');
      return reader.resolve();
    } catch (IOException e) {
      throw RecallException.cannotRun("cannot read WordNet: " + e.getMessage(), e);
    }
  }

  private void readFile(Files files, String name, char partOfSpeech) throws IOException {
    try (InputStream file = files.open(name)) {
      if (file == null) {
        throw new FileNotFoundException(name + " is not on the class path");
      }
      BufferedReader lines = new BufferedReader(new InputStreamReader(file, US_ASCII));
      int number = 0;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        if (!line.startsWith(LICENCE_INDENT)) {
          try {
            readSynset(line, partOfSpeech);
          } catch (NoSuchElementException e) {
            throw notASynset(name, number, "it ends early", e);
          } catch (IllegalArgumentException e) {
            throw notASynset(name, number, e.getMessage(), e);
          }
        }
      }
    }
  }

  private static IOException notASynset(
      String name, int line, @Nullable String reason, RuntimeException cause) {
    return new IOException(name + ", line " + line + " is not a synset: " + reason, cause);
  }

  /** The fields are separated by spaces; what follows the pointers, a verb's frames, is left. */
  private void readSynset(String line, char partOfSpeech) {
    int end = line.indexOf(GLOSS_SEPARATOR);
    if (end < 0) {
      throw new IllegalArgumentException("it has no gloss");
    }
    StringTokenizer fields = new StringTokenizer(line.substring(0, end), " ");
    int number = synsets.size();
    numbers.put(new Key(partOfSpeech, Integer.parseInt(fields.nextToken())), number);
    countMemory(number, fields.nextToken());
    fields.nextToken();
    int words = Integer.parseInt(fields.nextToken(), 16);
    String word = withoutMarker(fields.nextToken()).replace('_', ' ');
    // The first word's lexical id, and the other words with theirs.
    skip(fields, 2 * words - 1);
    int pointerCount = Integer.parseInt(fields.nextToken());
    for (int i = 0; i < pointerCount; i++) {
      String symbol = fields.nextToken();
      Relation relation = Relation.ofSymbol(symbol);
      if (relation == null) {
        throw new IllegalArgumentException("there is no relation " + symbol);
      }
      int offset = Integer.parseInt(fields.nextToken());
      pointers.add(new Unresolved(number, relation, new Key(fields.nextToken().charAt(0), offset)));
      // Which of the words it holds for.
      fields.nextToken();
    }
    synsets.add(
        new Gloss(word, withoutExamples(line.substring(end + GLOSS_SEPARATOR.length()).strip())));
  }

  /** The database keeps the synsets of a lexicographer file together. */
  private void countMemory(int number, String lexicographerFile) {
    if (lexicographerFile.equals(LEXICOGRAPHER_FILE_NUMBER)) {
      if (memories == 0) {
        firstMemory = number;
      } else if (number != firstMemory + memories) {
        throw new IllegalArgumentException(
            WordNet.LEXICOGRAPHER_FILE + " is in more than one place");
      }
      memories++;
    }
  }

  private static void skip(StringTokenizer fields, int count) {
    for (int i = 0; i < count; i++) {
      fields.nextToken();
    }
  }

  /** Some adjectives are marked with where they stand, as in {@code alive(p)}. */
  private static String withoutMarker(String word) {
    int marker = word.indexOf('(');
    return marker < 0 ? word : word.substring(0, marker);
  }

  private static String withoutExamples(String gloss) {
    int end = gloss.indexOf(FIRST_EXAMPLE);
    return end < 0 ? gloss : gloss.substring(0, end);
  }

  private WordNet resolve() throws IOException {
    if (memories == 0) {
      throw new IOException("it has no synset of " + WordNet.LEXICOGRAPHER_FILE);
    }
    List<Pointer> resolved = new ArrayList<>(pointers.size());
    for (Unresolved pointer : pointers) {
      Integer target = numbers.get(pointer.target());
      if (target == null) {
        throw new IOException(
            "a pointer of \"%s\" leads to no synset: %s"
                .formatted(synsets.get(pointer.source()).word(), pointer.target()));
      }
      resolved.add(new Pointer(pointer.source(), pointer.relation(), target));
    }
    return new WordNet(synsets, resolved, firstMemory, memories);
  }
}

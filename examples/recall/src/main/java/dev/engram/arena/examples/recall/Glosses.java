package dev.engram.arena.examples.recall;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import net.sf.extjwnl.JWNLException;
import net.sf.extjwnl.data.POS;
import net.sf.extjwnl.data.Synset;
import net.sf.extjwnl.dictionary.Dictionary;

/** Reads glosses from the WordNet 3.1 database on the class path. */
final class Glosses {

  /**
   * Name of the WordNet lexicographer file that is read: nouns that denote things made by people.
   */
  static final String LEXICOGRAPHER_FILE = "noun.artifact";

  /** In a WordNet gloss, usage examples are quoted and follow the definition. */
  private static final String FIRST_EXAMPLE = "; \"";

  private Glosses() {}

  /**
   * Reads the first glosses of {@value #LEXICOGRAPHER_FILE}, in the order of the database.
   *
   * @param limit how many at most
   * @throws RecallException if the database cannot be read
   */
  static List<Gloss> read(int limit) throws RecallException {
    try {
      Dictionary dictionary = Dictionary.getDefaultResourceInstance();
      try {
        return read(dictionary.getSynsetIterator(POS.NOUN), limit);
      } finally {
        dictionary.close();
      }
    } catch (JWNLException e) {
      throw RecallException.cannotRun("cannot read WordNet from the class path: " + e, e);
    }
  }

  private static List<Gloss> read(Iterator<Synset> synsets, int limit) {
    List<Gloss> glosses = new ArrayList<>();
    while (glosses.size() < limit && synsets.hasNext()) {
      Synset synset = synsets.next();
      if (synset.getLexFileName().equals(LEXICOGRAPHER_FILE)) {
        glosses.add(gloss(synset));
      } else if (!glosses.isEmpty()) {
        // The database keeps the synsets of a lexicographer file together.
        break;
      }
    }
    return List.copyOf(glosses);
  }

  private static Gloss gloss(Synset synset) {
    return new Gloss(synset.getWords().getFirst().getLemma(), withoutExamples(synset.getGloss()));
  }

  private static String withoutExamples(String gloss) {
    int end = gloss.indexOf(FIRST_EXAMPLE);
    return end < 0 ? gloss : gloss.substring(0, end);
  }
}

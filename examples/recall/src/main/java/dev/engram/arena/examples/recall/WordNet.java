package dev.engram.arena.examples.recall;

import java.util.List;

/**
 * The synsets of WordNet, numbered from 0 in the order of the database, and the pointers between
 * them.
 *
 * @param synsets the meaning of each: nouns, then verbs, adjectives and adverbs
 * @param pointers between synsets, those between single words of them included; ordered by source
 * @param firstMemory the number of the first synset of {@link #LEXICOGRAPHER_FILE}
 * @param memories how many there are of it, which follow one another
 */
record WordNet(List<Gloss> synsets, List<Pointer> pointers, int firstMemory, int memories) {

  /** Name of the WordNet lexicographer file that is searched: nouns for things made by people. */
  static final String LEXICOGRAPHER_FILE = "noun.artifact";

  WordNet {
    synsets = List.copyOf(synsets);
    pointers = List.copyOf(pointers);
  }

  /**
   * Returns the first glosses of {@value #LEXICOGRAPHER_FILE}, in the order of the database.
   *
   * @param limit how many at most
   */
  List<Gloss> memories(int limit) {
    return synsets.subList(firstMemory, firstMemory + Math.min(limit, memories));
  }
}

package dev.engram.arena.examples.recall;

/**
 * One meaning in WordNet.
 *
 * @param word the first word of the synset
 * @param definition what the synset means, without usage examples
 */
record Gloss(String word, String definition) {

  /** Returns the text that is embedded. */
  String text() {
    return word + ": " + definition;
  }
}

package dev.engram.arena.examples.recall;

/**
 * A memory that answers a question, and what each step did to it. Ranks count from 1.
 *
 * @param memory its number, from 0
 * @param synset the number of its synset
 * @param similarity of its vector with the question's
 * @param similarityRank by similarity; 0 if it was not among those that spreading began from
 * @param activation what spreading added
 * @param activationRank by similarity and activation
 * @param recency what is left of the strength that it got when it was last recalled
 */
record Recollection(
    int memory,
    int synset,
    float similarity,
    int similarityRank,
    float activation,
    int activationRank,
    float recency) {

  /** What the answers are ranked by. */
  float strength() {
    return similarity + activation + recency;
  }

  Recollection withActivationRank(int rank) {
    return new Recollection(memory, synset, similarity, similarityRank, activation, rank, recency);
  }
}

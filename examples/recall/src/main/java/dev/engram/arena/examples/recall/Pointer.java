package dev.engram.arena.examples.recall;

/**
 * A pointer of WordNet, from one synset to another.
 *
 * @param source the number of the synset that has it
 * @param relation what the target is of the source
 * @param target the number of the synset that it leads to
 */
record Pointer(int source, Relation relation, int target) {}

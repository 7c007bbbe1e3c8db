package dev.engram.arena.examples.recall;

/**
 * A row that was found.
 *
 * @param row its number, from 0
 * @param score its cosine similarity with what was asked for
 */
record Match(int row, float score) {}

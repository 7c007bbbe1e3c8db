package dev.engram.arena.kernels;

/**
 * A candidate that a search for the most similar ones found.
 *
 * @param index its row, counted from 0
 * @param score its cosine similarity with the query, from -1 to 1, or not a number
 */
public record Match(int index, float score) {}

package dev.engram.arena.stress.scenario;

/**
 * Something that must hold after a run, and whether it did.
 *
 * @param name what must hold, as a sentence
 * @param held whether it did
 * @param detail the figures it was judged by, one line
 */
public record Invariant(String name, boolean held, String detail) {}

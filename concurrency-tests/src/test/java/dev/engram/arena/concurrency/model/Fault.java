package dev.engram.arena.concurrency.model;

/**
 * What is planted in a run that must fail, one at a time, to see that the comparison would tell.
 */
enum Fault {
  /** Nothing: the run must pass. */
  NONE,
  /** The model believes the arena to be a byte larger than it is. */
  CAPACITY,
  /** The model rounds up to the next multiple even where it is on one. */
  ALIGNMENT,
  /** The model counts a reset at the close of inner scopes too. */
  RESETS,
  /** The model forgets that a close gives back what was allocated. */
  REWIND,
  /** The model takes on new settings under open scopes. */
  SETTINGS,
  /** Somebody writes a byte into memory that is in use. */
  CONTENTS
}

/**
 * Recall: finds the things of WordNet that a question brings to mind, with sentence embeddings from
 * a model inside a jar, WordNet's relations, and the kernels of {@link dev.engram.arena.kernels}.
 */
@NullMarked
package dev.engram.arena.examples.recall;

import org.jspecify.annotations.NullMarked;

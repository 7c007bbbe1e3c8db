/**
 * Recall: finds the WordNet glosses nearest in meaning to a question, with sentence embeddings from
 * a model inside a jar and {@link dev.engram.arena.kernels.CosineSimilarity}.
 */
@NullMarked
package dev.engram.arena.examples.recall;

import org.jspecify.annotations.NullMarked;

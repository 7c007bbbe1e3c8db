package dev.engram.arena.examples.recall;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The kinds of WordNet's pointers, under the names and symbols of its manual page wninput(5WN).
 *
 * <p>The weights are a judgement and nothing that was measured: what makes two meanings nearly one
 * counts fully, what makes them alike or leads from the special to the general counts a good half,
 * and what only brings them near each other, or opposes them, counts little.
 */
enum Relation {
  HYPERNYM("@", "hypernym", 0.6f),
  INSTANCE_HYPERNYM("@i", "instance hypernym", 0.6f),
  HYPONYM("~", "hyponym", 0.6f),
  INSTANCE_HYPONYM("~i", "instance hyponym", 0.6f),
  MEMBER_HOLONYM("#m", "member holonym", 0.4f),
  SUBSTANCE_HOLONYM("#s", "substance holonym", 0.4f),
  PART_HOLONYM("#p", "part holonym", 0.4f),
  MEMBER_MERONYM("%m", "member meronym", 0.4f),
  SUBSTANCE_MERONYM("%s", "substance meronym", 0.4f),
  PART_MERONYM("%p", "part meronym", 0.4f),
  SIMILAR_TO("&", "similar to", 1),
  VERB_GROUP("$", "verb group", 1),
  DERIVATION("+", "derivationally related form", 1),
  PERTAINYM("\\", "pertainym or derived from adjective", 1),
  PARTICIPLE("<", "participle of verb", 1),
  ENTAILMENT("*", "entailment", 0.4f),
  CAUSE(">", "cause", 0.4f),
  ATTRIBUTE("=", "attribute", 0.4f),
  ALSO_SEE("^", "also see", 0.4f),
  ANTONYM("!", "antonym", 0.2f),
  TOPIC(";c", "domain, topic", 0.2f),
  TOPIC_MEMBER("-c", "member of this domain, topic", 0.2f),
  REGION(";r", "domain, region", 0.2f),
  REGION_MEMBER("-r", "member of this domain, region", 0.2f),
  USAGE(";u", "domain, usage", 0.2f),
  USAGE_MEMBER("-u", "member of this domain, usage", 0.2f);

  private static final Map<String, Relation> BY_SYMBOL =
      Arrays.stream(values())
          .collect(Collectors.toMap(relation -> relation.symbol, Function.identity()));

  private final String symbol;
  private final String label;
  private final float weight;

  Relation(String symbol, String label, float weight) {
    this.symbol = symbol;
    this.label = label;
    this.weight = weight;
  }

  /** Returns the relation that a pointer's symbol stands for; null if there is none. */
  static @Nullable Relation ofSymbol(String symbol) {
    return BY_SYMBOL.get(symbol);
  }

  /** How strongly the source brings the target to mind, beside the source's other pointers. */
  float weight() {
    return weight;
  }

  /** What the target is of the source, in words. */
  @Override
  public String toString() {
    return label;
  }
}

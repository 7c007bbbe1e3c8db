package dev.engram.arena.stress.scenario;

import dev.engram.arena.ArenaStats;
import java.util.Locale;

/** What must hold of {@link ScopeWork} and {@link MixedWork} in every scenario. */
final class WorkInvariants {
  private WorkInvariants() {}

  static Invariant everyByteIsItsOwn(WorkTally tally) {
    String firstWrong = tally.firstWrongSegment();
    return new Invariant(
        "every byte is what its scope wrote",
        firstWrong == null && tally.bytesChecked > 0,
        firstWrong == null
            ? String.format(
                Locale.ROOT, "%,d bytes in %,d scopes", tally.bytesChecked, tally.scopes)
            : String.format(
                Locale.ROOT,
                "%,d segments are wrong, the first: %s",
                tally.wrongSegments(),
                firstWrong));
  }

  static Invariant sizesAgree(WorkTally tally) {
    String fault = tally.firstSizeFault();
    return new Invariant(
        "every exception gives sizes that agree",
        fault == null,
        fault == null
            ? String.format(Locale.ROOT, "%,d exceptions", tally.refusedOverflows)
            : fault);
  }

  /** Judges the counters of a time in which only what the tally has was done. */
  static Invariant totalsAreExact(WorkTally done, ArenaStats counted) {
    boolean exact =
        counted.totalScopes() == done.scopes
            && counted.totalResets() == done.resets
            && counted.overflowErrors() == done.refusedOverflows
            && counted.overflowFallbacks() == done.servedOverflows
            && counted.fallbackBytes() == done.servedOverflowBytes
            && counted.totalAbandoned() == done.abandonedScopes;
    return new Invariant(
        "the totals are exact",
        exact,
        String.format(
            Locale.ROOT,
            "%,d of %,d scopes, %,d of %,d resets, %,d of %,d overflows refused, %,d of %,d served"
                + " with %,d of %,d bytes, %,d of %,d left open",
            counted.totalScopes(),
            done.scopes,
            counted.totalResets(),
            done.resets,
            counted.overflowErrors(),
            done.refusedOverflows,
            counted.overflowFallbacks(),
            done.servedOverflows,
            counted.fallbackBytes(),
            done.servedOverflowBytes,
            counted.totalAbandoned(),
            done.abandonedScopes));
  }

  static Invariant kernelsKeepNothing(WorkTally done) {
    return new Invariant(
        "every kernel gives back what it takes",
        done.keptBytes == 0,
        String.format(Locale.ROOT, "%,d bytes kept", done.keptBytes));
  }

  /** Judges the counters of a time in which nothing overflowed. */
  static Invariant everyByteIsCounted(WorkTally done, ArenaStats counted) {
    return new Invariant(
        "every byte that is given back is counted",
        counted.totalAllocatedBytes() == done.allocatedBytes,
        String.format(
            Locale.ROOT,
            "%,d bytes counted, %,d given back",
            counted.totalAllocatedBytes(),
            done.allocatedBytes));
  }
}

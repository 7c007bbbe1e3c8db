package dev.engram.arena.benchmarks.alloc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the peers that are written here hand out is what the work needs. */
class AllocatorsTest {
  @Test
  void bumpHandsOutDisjointAlignedSegments() {
    ThreadBump bump = ThreadBump.ofThread();
    long mark = bump.mark();
    requireDisjointAndAligned(allocateAll(bump));
    bump.rewind(mark);
  }

  @Test
  void bumpHandsTheSameMemoryOutAfterARewind() {
    ThreadBump bump = ThreadBump.ofThread();
    long mark = bump.mark();
    long first = bump.allocate(Scratch.SEGMENT_BYTES, Scratch.ALIGNMENT_BYTES).address();
    bump.rewind(mark);
    assertThat(bump.allocate(Scratch.SEGMENT_BYTES, Scratch.ALIGNMENT_BYTES).address())
        .isEqualTo(first);
    bump.rewind(mark);
  }

  @Test
  void mallocHandsOutDisjointAlignedSegments() {
    requireUsable(new Malloc());
  }

  @Test
  void mimallocHandsOutDisjointAlignedSegments() {
    assumeTrue(MimallocLibrary.isPresent(), "there is no mimalloc here");
    requireUsable(new Mimalloc());
  }

  private static void requireUsable(DowncallAllocator allocator) {
    requireDisjointAndAligned(allocateAll(allocator));
    allocator.freeAll();
    // There is room for as many again only if all were given back.
    requireDisjointAndAligned(allocateAll(allocator));
    allocator.freeAll();
  }

  private static List<MemorySegment> allocateAll(SegmentAllocator allocator) {
    List<MemorySegment> segments = new ArrayList<>();
    for (int i = 0; i < Scratch.SEGMENTS_MAX; i++) {
      segments.add(allocator.allocate(Scratch.SEGMENT_BYTES, Scratch.ALIGNMENT_BYTES));
    }
    return segments;
  }

  private static void requireDisjointAndAligned(List<MemorySegment> segments) {
    for (int i = 0; i < segments.size(); i++) {
      MemorySegment segment = segments.get(i);
      assertThat(segment.byteSize()).isEqualTo(Scratch.SEGMENT_BYTES);
      assertThat(segment.address() % Scratch.ALIGNMENT_BYTES).isZero();
      segment.fill((byte) i);
    }
    for (int i = 0; i < segments.size(); i++) {
      byte[] expected = new byte[(int) Scratch.SEGMENT_BYTES];
      Arrays.fill(expected, (byte) i);
      assertThat(segments.get(i).mismatch(MemorySegment.ofArray(expected))).isEqualTo(-1);
    }
  }
}

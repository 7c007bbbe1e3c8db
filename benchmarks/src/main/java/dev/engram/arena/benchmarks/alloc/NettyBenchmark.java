package dev.engram.arena.benchmarks.alloc;

import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.CompilerControl;
import org.openjdk.jmh.infra.Blackhole;

/**
 * Netty's allocators of direct memory, as Netty sets them up. They cannot be asked for an
 * alignment, so they do a little less than the others.
 */
public class NettyBenchmark extends SegmentsBenchmark {
  private static final ByteBufAllocator POOLED = PooledByteBufAllocator.DEFAULT;
  private static final ByteBufAllocator ADAPTIVE = new AdaptiveByteBufAllocator(true);

  /** Each buffer is given back by itself. */
  private final ByteBuf[] buffers = new ByteBuf[Scratch.SEGMENTS_MAX];

  /** For JMH. */
  public NettyBenchmark() {}

  /**
   * The pooled allocator.
   *
   * @param sink where the buffers go
   * @return the sum of what was written
   */
  @Benchmark
  @CompilerControl(CompilerControl.Mode.DONT_INLINE)
  public float pooled(Blackhole sink) {
    return run(POOLED, sink);
  }

  /**
   * The adaptive allocator, Netty 4.2's default.
   *
   * @param sink where the buffers go
   * @return the sum of what was written
   */
  @Benchmark
  @CompilerControl(CompilerControl.Mode.DONT_INLINE)
  public float adaptive(Blackhole sink) {
    return run(ADAPTIVE, sink);
  }

  private float run(ByteBufAllocator allocator, Blackhole sink) {
    float sum = 0;
    for (int i = 0; i < segments; i++) {
      ByteBuf buffer = allocator.directBuffer((int) Scratch.SEGMENT_BYTES);
      buffers[i] = buffer;
      buffer.setFloatLE(0, i + 1);
      sum += buffer.getFloatLE(0);
      sink.consume(buffer);
    }
    for (int i = 0; i < segments; i++) {
      buffers[i].release();
    }
    return sum;
  }
}

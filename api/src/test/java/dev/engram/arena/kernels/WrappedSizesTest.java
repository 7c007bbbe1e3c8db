package dev.engram.arena.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.engram.arena.ArenaConfig;
import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaOverflowException;
import dev.engram.arena.ArenaScope;
import dev.engram.arena.ArenaStats;
import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Rows of floats whose size in bytes wraps to a small one where it is worked out in 32 or 64 bits.
 */
class WrappedSizesTest {
  /**
   * @param dimensions floats of a row
   * @param rows how many
   * @param bits of the number that wraps
   */
  record Product(long dimensions, long rows, int bits) {
    BigInteger bytes() {
      return BigInteger.valueOf(dimensions)
          .multiply(BigInteger.valueOf(rows))
          .multiply(BigInteger.valueOf(Float.BYTES));
    }

    /** What a program finds that works it out in that many bits: the lowest ones. */
    long wrappedBytes() {
      return bits == 32 ? bytes().intValue() : bytes().longValue();
    }
  }

  static Stream<Product> products() {
    long[] dimensions = {
      3, 4, 5, 7, 16, 25, 33, 50, 64, 100, 128, 200, 256, 300, 384, 512, 640, 768, 1000, 1024, 1100,
      2048, 3072, 4096, 8192
    };
    return Stream.concat(
        Stream.of(new Product(1536, 699_051, 32)),
        LongStream.of(dimensions)
            .boxed()
            .flatMap(length -> Stream.of(wrapping(length, 32), wrapping(length, 64))));
  }

  /** The fewest rows whose bytes are more than the number holds, and not a multiple of that. */
  private static Product wrapping(long dimensions, int bits) {
    BigInteger rowBytes = BigInteger.valueOf(dimensions * Float.BYTES);
    BigInteger rows = BigInteger.ONE.shiftLeft(bits).divide(rowBytes).add(BigInteger.ONE);
    return new Product(dimensions, rows.longValueExact(), bits);
  }

  @Test
  void thereAreOneAndFiftyOfThem() {
    assertThat(products().distinct()).hasSize(51);
    assertThat(new Product(1536, 699_051, 32).wrappedBytes()).isEqualTo(2048);
  }

  /** So that the tests below could fail: a check of the wrapped size lets each of them pass. */
  @ParameterizedTest
  @MethodSource("products")
  void controlTheWrappedSizeFitsEasily(Product product) {
    assertThat(product.wrappedBytes()).isBetween(4L, 64L << 10);
    assertThat(product.bytes()).isGreaterThan(BigInteger.valueOf(1L << 32));
  }

  @ParameterizedTest
  @MethodSource("products")
  @SuppressWarnings("restricted") // Makes segments of these sizes; the refusal comes before a read.
  void candidatesOfTheWrappedSizeAreRefused(Product product) {
    try (Arena memory = Arena.ofConfined()) {
      MemorySegment base = memory.allocate(4, 64);
      MemorySegment query = base.reinterpret(product.dimensions() * Float.BYTES);
      MemorySegment candidates = base.reinterpret(product.wrappedBytes());
      MemorySegment scores =
          MemorySegment.ofAddress(1L << 40).reinterpret(product.rows() * Float.BYTES);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> CosineSimilarity.scores(query, candidates, scores))
          .withMessageStartingWith("candidates has " + product.wrappedBytes() + " bytes");
    }
  }

  @ParameterizedTest
  @MethodSource("products")
  void scopeAllocatesNoneOfThem(Product product) {
    ArenaControl.configure(ArenaConfig.builder().poolSize("1m").build());
    MemoryLayout row = MemoryLayout.sequenceLayout(product.dimensions(), ValueLayout.JAVA_FLOAT);
    try (ArenaScope scope = ArenaControl.openScope()) {
      long before = scope.availableBytes();
      ArenaStats stats = ArenaControl.stats();
      if (product.bits() == 32) {
        assertThatThrownBy(() -> scope.allocate(row, product.rows()))
            .isInstanceOfSatisfying(
                ArenaOverflowException.class,
                refusal ->
                    assertThat(refusal.requestedBytes()).isEqualTo(product.bytes().longValue()))
            .hasMessageContaining(product.bytes().toString());
        assertThat(ArenaControl.stats().since(stats).overflowErrors()).isEqualTo(1);
      } else {
        assertThatIllegalArgumentException().isThrownBy(() -> scope.allocate(row, product.rows()));
        assertThat(ArenaControl.stats().since(stats).overflowErrors()).isZero();
      }
      assertThat(scope.availableBytes()).isEqualTo(before);
    }
  }
}

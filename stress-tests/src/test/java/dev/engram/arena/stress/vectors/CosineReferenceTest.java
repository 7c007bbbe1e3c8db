package dev.engram.arena.stress.vectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class CosineReferenceTest {
  @Test
  void knowsAnglesThatAreKnown() {
    assertThat(CosineReference.score(new float[] {3, 0}, new float[] {7, 0})).isEqualTo(1);
    assertThat(CosineReference.score(new float[] {3, 0}, new float[] {0, 7})).isEqualTo(0);
    assertThat(CosineReference.score(new float[] {3, 0}, new float[] {-7, 0})).isEqualTo(-1);
    assertThat(CosineReference.score(new float[] {1, 1}, new float[] {1, 0}))
        .isCloseTo(Math.sqrt(0.5), within(1e-15));
    assertThat(CosineReference.score(new float[] {1, 2, 3}, new float[] {4, -5, 6}))
        .isCloseTo(12 / Math.sqrt(14 * 77), within(1e-15));
  }

  @Test
  void isRightAtTheEndsOfTheRangeOfFloats() {
    float[] huge = {1e38f, 2e38f};
    float[] tiny = {Float.MIN_VALUE, 2 * Float.MIN_VALUE};
    assertThat(CosineReference.score(huge, tiny)).isCloseTo(1, within(1e-15));
  }

  @Test
  void aZeroVectorIsSimilarToNothing() {
    assertThat(CosineReference.score(new float[] {0, 0}, new float[] {1, 2})).isEqualTo(0);
    assertThat(CosineReference.score(new float[] {1, 2}, new float[] {0, 0})).isEqualTo(0);
  }

  @Test
  void whatIsNotFiniteWinsOverZero() {
    float[] zero = {0, 0};
    assertThat(CosineReference.score(zero, new float[] {1, Float.NaN})).isNaN();
    assertThat(CosineReference.score(new float[] {Float.POSITIVE_INFINITY, 1}, zero)).isNaN();
  }

  @Test
  void theToleranceTellsScoresApart() {
    assertThat(CosineReference.tolerance(1)).isBetween(1e-7, 1e-6);
    assertThat(CosineReference.tolerance(768)).isBetween(1e-6, 1e-4);
  }

  @Test
  void theToleranceIsNeverMoreThanTheKernelPromises() {
    assertThat(CosineReference.tolerance(1_000_000)).isEqualTo(4e-5);
    assertThat(CosineReference.tolerance(Integer.MAX_VALUE)).isEqualTo(4e-5);
  }
}

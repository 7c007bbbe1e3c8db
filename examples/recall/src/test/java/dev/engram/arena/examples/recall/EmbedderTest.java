package dev.engram.arena.examples.recall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(Lifecycle.PER_CLASS)
class EmbedderTest {

  private final Embedder embedder;

  EmbedderTest(@TempDir Path nativeLibraries) throws RecallException {
    embedder = Embedder.open(nativeLibraries);
  }

  @AfterAll
  void close() {
    embedder.close();
  }

  @Test
  void aVectorHasLengthOne() {
    float[] vector = embedder.embed("cup: a small open container");

    assertThat(vector).hasSize(Embedder.DIMENSION);
    assertThat(dot(vector, vector)).isCloseTo(1, within(1e-5));
  }

  @Test
  void textsOfLikeMeaningAreNearerThanOthers() {
    float[] question = embedder.embed("a place where one can borrow books");
    double library =
        dot(question, embedder.embed("library: a building that houses a collection of books"));
    double hat =
        dot(question, embedder.embed("hat: headdress that protects the head from bad weather"));

    assertThat(library).isGreaterThan(hat + 0.3);
  }

  @Test
  void manyTextsGetTheVectorsThatEachWouldGetAlone() {
    List<String> texts =
        IntStream.range(0, 40)
            .mapToObj(i -> "number " + i + " ".repeat(i % 3) + "of " + i)
            .toList();
    AtomicInteger embedded = new AtomicInteger();

    float[] vectors = embedder.embedAll(texts, embedded::incrementAndGet);

    assertThat(embedded).hasValue(texts.size());
    for (int row = 0; row < texts.size(); row++) {
      int start = row * Embedder.DIMENSION;
      assertThat(Arrays.copyOfRange(vectors, start, start + Embedder.DIMENSION))
          .isEqualTo(embedder.embed(texts.get(row)));
    }
  }

  @Test
  void theTokenizerIsKeptFromAskingTheNetwork() {
    assertThat(ai.djl.util.Utils.isOfflineMode()).isTrue();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void theRuntimeLeavesNoTemporaryFiles() throws IOException {
    assertThat(Files.readAllLines(Path.of("/proc/self/maps")))
        .filteredOn(mapping -> mapping.contains("/onnxruntime-java"))
        .isNotEmpty()
        .allMatch(mapping -> mapping.endsWith(" (deleted)"));
  }

  private static double dot(float[] left, float[] right) {
    return IntStream.range(0, left.length).mapToDouble(i -> (double) left[i] * right[i]).sum();
  }
}

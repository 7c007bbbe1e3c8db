package dev.engram.arena.examples.recall;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EmbeddingCacheTest {

  private static final List<String> TEXTS = List.of("cup: a container", "hat: a headdress");
  private static final long MODEL_CHECKSUM = 0x1234_5678;

  @TempDir private Path directory;

  private final Arena arena = Arena.ofAuto();

  @Test
  void thereIsNothingAtFirst() throws IOException {
    EmbeddingCache cache = cache(TEXTS, MODEL_CHECKSUM);

    assertThat(cache.load(arena)).isEmpty();
    assertThat(cache.outdated()).isEmpty();
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void whatWasStoredIsLoaded() throws IOException {
    float[] vectors = unitVectors();
    cache(TEXTS, MODEL_CHECKSUM).store(vectors);

    assertThat(cache(TEXTS, MODEL_CHECKSUM).load(arena))
        .hasValueSatisfying(loaded -> assertThat(loaded.toArray(JAVA_FLOAT)).isEqualTo(vectors));
  }

  @Test
  void storingReplacesWhatIsThereAndLeavesNothingElse() throws IOException {
    EmbeddingCache cache = cache(TEXTS, MODEL_CHECKSUM);
    Files.writeString(cache.file(), "not vectors");
    cache.store(unitVectors());

    assertThat(cache.load(arena)).isPresent();
    assertThat(filesInDirectory()).containsExactly(cache.file());
  }

  @Test
  void aStoreThatFailsLeavesNothingBehind() throws IOException {
    EmbeddingCache cache = cache(TEXTS, MODEL_CHECKSUM);
    Files.createDirectories(cache.file().resolve("in the way"));

    assertThatThrownBy(() -> cache.store(unitVectors())).isInstanceOf(IOException.class);
    assertThat(filesInDirectory()).containsExactly(cache.file());
  }

  @ParameterizedTest
  @ValueSource(floats = {0, 1.01f, -1.5f, Float.NaN, Float.POSITIVE_INFINITY})
  void aVectorOfAnotherLengthThanOneIsRefused(float element) throws IOException {
    EmbeddingCache cache = cache(TEXTS, MODEL_CHECKSUM);
    float[] vectors = unitVectors();
    vectors[Embedder.DIMENSION] = element;
    cache.store(vectors);

    assertThatThrownBy(() -> cache.load(arena))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("row 1 has length ");
  }

  @Test
  void aTruncatedFileIsRefused() throws IOException {
    EmbeddingCache cache = cache(TEXTS, MODEL_CHECKSUM);
    cache.store(unitVectors());
    byte[] bytes = Files.readAllBytes(cache.file());
    Files.write(cache.file(), Arrays.copyOf(bytes, bytes.length / 2));

    assertThatThrownBy(() -> cache.load(arena)).isInstanceOf(IOException.class);
  }

  @Test
  void vectorsOfOtherTextsOrOfAnotherModelAreOutdated() throws IOException {
    EmbeddingCache otherTexts = cache(List.of("cup: a container", "hat: a lid"), MODEL_CHECKSUM);
    EmbeddingCache otherModel = cache(TEXTS, MODEL_CHECKSUM + 1);
    EmbeddingCache moreTexts =
        cache(List.of("cup: a container", "hat: a lid", "x: y"), MODEL_CHECKSUM);
    otherTexts.store(unitVectors());
    otherModel.store(unitVectors());
    Files.writeString(moreTexts.file(), "kept apart");
    EmbeddingCache cache = cache(TEXTS, MODEL_CHECKSUM);

    assertThat(cache.load(arena)).isEmpty();
    assertThat(cache.outdated()).containsExactlyInAnyOrder(otherTexts.file(), otherModel.file());
  }

  @Test
  void theFileNameTellsWhatIsInIt() {
    assertThat(cache(TEXTS, MODEL_CHECKSUM).file().getFileName().toString())
        .matches("wn31-noun\\.artifact-2-all-minilm-l6-v2-q-[0-9a-f]{8}\\.npy");
  }

  @Test
  void theDirectoryFollowsTheXdgSpecification() {
    Path home = Path.of("/users/ada");

    assertThat(EmbeddingCache.directoryOfUser(Map.of("XDG_CACHE_HOME", "/var/cache/ada"), home))
        .isEqualTo(Path.of("/var/cache/ada/engram-arena/recall"));
    assertThat(
            Stream.of(
                Map.<String, String>of(),
                Map.of("XDG_CACHE_HOME", ""),
                Map.of("XDG_CACHE_HOME", "relative/path")))
        .allSatisfy(environment ->
            assertThat(EmbeddingCache.directoryOfUser(environment, home))
                .isEqualTo(Path.of("/users/ada/.cache/engram-arena/recall")));
  }

  private EmbeddingCache cache(List<String> texts, long modelChecksum) {
    return new EmbeddingCache(directory, texts, modelChecksum);
  }

  private List<Path> filesInDirectory() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.toList();
    }
  }

  private static float[] unitVectors() {
    float[] vectors = new float[TEXTS.size() * Embedder.DIMENSION];
    vectors[0] = 1;
    vectors[Embedder.DIMENSION] = 0.6f;
    vectors[Embedder.DIMENSION + 1] = 0.8f;
    return vectors;
  }
}

package dev.engram.arena.examples.recall;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import dev.langchain4j.model.embedding.onnx.AbstractInProcessEmbeddingModel;
import dev.langchain4j.model.embedding.onnx.OnnxBertBiEncoder;
import dev.langchain4j.model.embedding.onnx.PoolingMode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;

/**
 * Turns texts into vectors of length 1, such that texts of like meaning point in like directions.
 * The model is inside a jar; nothing is fetched.
 */
final class Embedder implements AutoCloseable {

  /** Name of the model. */
  static final String MODEL = "all-minilm-l6-v2-q";

  /** Elements of a vector. */
  static final int DIMENSION = 384;

  private final OrtSession session;
  private final Encoder encoder;
  private final long checksum;

  private Embedder(OrtSession session, Encoder encoder, long checksum) {
    this.session = session;
    this.encoder = encoder;
    this.checksum = checksum;
  }

  /**
   * Loads the model.
   *
   * @param nativeLibraries directory for the tokenizer's native library, which is unpacked once
   * @throws RecallException if the model or a native library of its runtime cannot be loaded
   */
  static Embedder open(Path nativeLibraries) throws RecallException {
    keepOffline(nativeLibraries);
    try {
      byte[] model = resource("/" + MODEL + ".onnx");
      byte[] tokenizer = resource("/" + MODEL + "-tokenizer.json");
      OrtEnvironment environment = OrtEnvironment.getEnvironment();
      OnnxTemporaryFiles.remove();
      environment.setTelemetry(false);
      try (SessionOptions options = new SessionOptions()) {
        // Texts are embedded in parallel: more threads for each of them would only wait.
        options.setIntraOpNumThreads(1);
        OrtSession session = environment.createSession(model, options);
        OnnxBertBiEncoder encoder =
            new OnnxBertBiEncoder(
                environment, session, new ByteArrayInputStream(tokenizer), PoolingMode.MEAN);
        return new Embedder(session, new Encoder(encoder), checksum(model, tokenizer));
      }
    } catch (IOException | OrtException | RuntimeException | LinkageError e) {
      // The runtimes report a native library that does not load in each of these ways.
      throw RecallException.cannotRun("cannot load the embedding model: " + rootCause(e), e);
    }
  }

  /** Returns the vector of a text. */
  float[] embed(String text) {
    return encoder.embed(text).content().vector();
  }

  /**
   * Embeds texts on all cores.
   *
   * @param embedded called after each text, from several threads at once
   * @return the vectors, one after the other, in the order of the texts
   */
  float[] embedAll(List<String> texts, Runnable embedded) {
    float[] vectors = new float[Math.multiplyExact(texts.size(), DIMENSION)];
    IntStream.range(0, texts.size())
        .parallel()
        .forEach(row -> {
          System.arraycopy(embed(texts.get(row)), 0, vectors, row * DIMENSION, DIMENSION);
          embedded.run();
        });
    return vectors;
  }

  /** Returns a checksum of the model: vectors of models that differ in it cannot be compared. */
  long checksum() {
    return checksum;
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException("The model's session was closed before.", e);
    }
  }

  /** Otherwise the tokenizer's library asks a cloud's metadata service, and downloads for a GPU. */
  private static void keepOffline(Path nativeLibraries) {
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
    System.setProperty("RUST_FLAVOR", "cpu");
    System.setProperty("ENGINE_CACHE_DIR", nativeLibraries.toString());
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream stream = Embedder.class.getResourceAsStream(name)) {
      return Objects.requireNonNull(stream, () -> name + " is not on the class path")
          .readAllBytes();
    }
  }

  private static long checksum(byte[] model, byte[] tokenizer) {
    CRC32C checksum = new CRC32C();
    checksum.update(model);
    checksum.update(tokenizer);
    return checksum.getValue();
  }

  private static Throwable rootCause(Throwable thrown) {
    Throwable cause = thrown;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  /** The library's own class for this model offers no choice of session options. */
  private static final class Encoder extends AbstractInProcessEmbeddingModel {

    private final OnnxBertBiEncoder model;

    Encoder(OnnxBertBiEncoder model) {
      super(Runnable::run);
      this.model = model;
    }

    @Override
    protected OnnxBertBiEncoder model() {
      return model;
    }
  }
}

package dev.engram.arena;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.attribute.CodeAttribute;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The compiler inlines no method of more than {@code FreqInlineSize} bytes of bytecode, however
 * often it is called. A scope is handed to what is not inlined, and so becomes garbage.
 */
class InliningTest {
  /** The JVM's own default on every processor that the library is built for. */
  private static final int FREQ_INLINE_SIZE = 325;

  @ParameterizedTest
  @CsvSource({
    "ArenaControl, openScope",
    "ArenaGroup, openScope",
    "ThreadArenas, slot",
    "NativeArena, open",
    "NativeArena, openScope",
    "ArenaScope, <init>",
    "ArenaScope, allocate",
    "ArenaScope, allocateUninitialized",
    "ArenaScope, requireUsable",
    "NativeArena, bump",
    "ArenaScope, close",
    "NativeArena, rewind",
    "NativeArena, rewindHeader",
    "ArenaCounters, addScope",
    "ArenaCounters, addRewind"
  })
  void whatEveryScopeRunsIsSmallEnoughToBeInlined(String className, String methodName)
      throws Exception {
    assertThat(bytecodeSizes(className, methodName))
        .isNotEmpty()
        .allSatisfy(size -> assertThat(size).isLessThanOrEqualTo(FREQ_INLINE_SIZE));
  }

  private static List<Integer> bytecodeSizes(String className, String methodName)
      throws IOException {
    return ClassFile.of().parse(classFile(className)).methods().stream()
        .filter(method -> method.methodName().equalsString(methodName))
        .flatMap(method -> method.code().stream())
        .map(code -> ((CodeAttribute) code).codeLength())
        .toList();
  }

  private static byte[] classFile(String className) throws IOException {
    String file = className + ".class";
    try (InputStream in = Objects.requireNonNull(ArenaScope.class.getResourceAsStream(file))) {
      return in.readAllBytes();
    }
  }
}

package dev.engram.arena.ffi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlatformTest {
  @ParameterizedTest
  @CsvSource({
    "Linux, amd64, linux-x86_64",
    "Linux, x86_64, linux-x86_64",
    "Linux, aarch64, linux-aarch64",
    "Linux, arm64, linux-aarch64"
  })
  void supportedPlatformHasADirectoryOfItsOwn(String osName, String osArch, String directory) {
    assertThat(Platform.of(osName, osArch))
        .get()
        .extracting(Platform::resourceName)
        .isEqualTo("dev/engram/arena/natives/" + directory + "/libengram_arena.so");
  }

  @ParameterizedTest
  @CsvSource({
    "Linux, riscv64",
    "Linux, x86",
    "Windows 11, amd64",
    "Mac OS X, aarch64",
    "FreeBSD, amd64"
  })
  void otherPlatformIsNotSupported(String osName, String osArch) {
    assertThat(Platform.of(osName, osArch)).isEmpty();
  }
}

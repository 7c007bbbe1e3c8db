package dev.engram.arena.ffi;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;

/** A platform that the library is built for. */
@NullMarked
enum Platform {
  LINUX_X86_64("linux-x86_64"),
  LINUX_AARCH64("linux-aarch64");

  private final String directoryName;

  Platform(String directoryName) {
    this.directoryName = directoryName;
  }

  /** The platform with these values of {@code os.name} and {@code os.arch}, if it is supported. */
  static Optional<Platform> of(String osName, String osArch) {
    if (!osName.equals("Linux")) {
      return Optional.empty();
    }
    return switch (osArch) {
      case "amd64", "x86_64" -> Optional.of(LINUX_X86_64);
      case "aarch64", "arm64" -> Optional.of(LINUX_AARCH64);
      default -> Optional.empty();
    };
  }

  static Platform current() {
    String osName = System.getProperty("os.name");
    String osArch = System.getProperty("os.arch");
    return of(osName, osArch)
        .orElseThrow(() ->
            LoadFailure.of(
                "it does not support this platform, %s on %s".formatted(osName, osArch),
                "It supports " + supported()));
  }

  /** Where the native artifact has this platform's library. */
  String resourceName() {
    return "dev/engram/arena/natives/" + directoryName + "/libengram_arena.so";
  }

  @Override
  public String toString() {
    return directoryName;
  }

  private static String supported() {
    return Arrays.stream(values()).map(Platform::toString).collect(Collectors.joining(" and "));
  }
}

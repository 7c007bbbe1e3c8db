package dev.engram.arena;

/** The operating system's error numbers, for messages. */
final class SystemError {
  private SystemError() {}

  /** Why the system refused memory. */
  static String ofMapping(int number) {
    return describe(number, "out of memory or of address space");
  }

  /** Why the system refused huge pages that it was asked to have set aside. */
  static String ofHugePages(int number) {
    return describe(number, "too few huge pages are set aside, see vm.nr_hugepages");
  }

  /**
   * The numbers that mapping memory can end in are the same on Linux, macOS and the BSDs.
   *
   * @param outOfMemory what ENOMEM means for what was asked
   */
  private static String describe(int number, String outOfMemory) {
    return "error "
        + number
        + switch (number) {
          case 1 -> " (EPERM, not permitted)";
          case 11 -> " (EAGAIN, too much memory is locked)";
          case 12 -> " (ENOMEM, " + outOfMemory + ")";
          case 13 -> " (EACCES, permission denied)";
          case 17 -> " (EEXIST, another mapping took the place)";
          case 19 -> " (ENODEV, not supported)";
          case 22 -> " (EINVAL, invalid size)";
          case 38 -> " (ENOSYS, not supported)";
          default -> "";
        };
  }
}

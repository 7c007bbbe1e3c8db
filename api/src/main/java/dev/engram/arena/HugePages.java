package dev.engram.arena;

/**
 * Which pages of an arena are huge, that is 2 MiB. Huge pages take load off the processor's address
 * translation, but each is held as a whole as soon as one byte of it is touched.
 *
 * <p>For matrices and graphs of 4 MiB and more, which are not in arenas, the system is advised to
 * use them under every choice but {@link #OFF}.
 */
public enum HugePages {
  /**
   * The system is advised to use them beyond the first 2 MiB of an arena, so that small use of a
   * large arena stays small. The default.
   */
  AUTO,

  /** None. */
  OFF,

  /** The system is advised to use them throughout. It may follow or not. */
  TRANSPARENT,

  /**
   * Taken from those that the administrator of the system has set aside ({@code vm.nr_hugepages});
   * the capacity of an arena is rounded up to 2 MiB. Where there are not enough of them this is as
   * {@link #TRANSPARENT}, and {@link ArenaStats#hugePagesRefusal()} says why. {@link
   * ArenaControl#trim()} leaves them alone.
   */
  EXPLICIT;

  /**
   * The choice of that name, in upper or lower case.
   *
   * @param text {@code auto}, {@code off}, {@code transparent} or {@code explicit}
   * @return the choice
   * @throws IllegalArgumentException if {@code text} is none of these names
   */
  public static HugePages parse(String text) {
    return parse("huge pages", text);
  }

  static HugePages parse(String setting, String text) {
    return Words.parse(setting, text, HugePages.class);
  }
}

package dev.engram.arena;

/** Uses the library where there may be no JMX, and says what came of it. */
final class WithoutManagementProgram {
  private WithoutManagementProgram() {}

  public static void main(String[] arguments) {
    boolean there = ModuleLayer.boot().findModule("java.management").isPresent();
    System.out.println(there ? "with java.management" : "without java.management");
    try (ArenaScope scope = ArenaControl.openScope()) {
      scope.allocate(1000);
      System.out.println(ArenaControl.stats().usedBytes() + " bytes in use");
      System.out.println(ArenaControl.arenas().size() + " arenas");
      System.out.println(ArenaControl.report());
    } catch (IllegalArgumentException e) {
      System.out.println("refused: " + e.getMessage());
    }
  }
}

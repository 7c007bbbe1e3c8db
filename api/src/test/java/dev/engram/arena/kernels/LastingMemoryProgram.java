package dev.engram.arena.kernels;

import java.util.ArrayList;
import java.util.List;

/** Makes matrices of 16 MiB: at first without holding them, then holds as many as it can. */
final class LastingMemoryProgram {
  private LastingMemoryProgram() {}

  public static void main(String[] arguments) {
    int made = 0;
    while (made < 20) {
      made += VectorMatrix.allocate(4096, 1024).rows() / 4096;
    }
    System.out.println(made + " matrices");
    List<VectorMatrix> held = new ArrayList<>();
    try {
      while (held.size() < 3) {
        held.add(VectorMatrix.allocate(4096, 1024));
      }
    } catch (OutOfMemoryError e) {
      System.out.println(held.size() + " are held: " + e.getMessage());
    }
  }
}

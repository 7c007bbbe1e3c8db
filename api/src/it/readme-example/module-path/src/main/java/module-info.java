module example {
  requires dev.engram.arena;
}

import dev.engram.arena.*;
import dev.engram.arena.kernels.*;
import java.lang.foreign.*;

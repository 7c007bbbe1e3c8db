package dev.engram.arena.benchmarks.gate;

import dev.engram.arena.benchmarks.alloc.AllocationLoop;
import dev.engram.arena.benchmarks.alloc.Variant;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.IntConsumer;

/**
 * Loads the benchmarks of allocation again, so that both sides of a figure have copies of what they
 * share. The compiler goes by what it has seen of a method: had the loop over segments seen two
 * allocators, each of them would be slower than in a JVM of its own, and a scope by half.
 */
final class OwnProfile extends ClassLoader {
  private static final String PREFIX = AllocationLoop.class.getPackageName() + ".";

  private OwnProfile() {
    super(OwnProfile.class.getClassLoader());
  }

  /** A loop over code that nobody else runs. */
  static IntConsumer loop(Variant variant, int segments) {
    OwnProfile loader = new OwnProfile();
    try {
      Class<?> variants = loader.loadClass(Variant.class.getName());
      return (IntConsumer)
          loader
              .loadClass(AllocationLoop.class.getName())
              .getMethod("of", variants, int.class)
              .invoke(null, variants.getField(variant.name()).get(null), segments);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("no copy of the benchmarks", e);
    }
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith(PREFIX)) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      return loaded == null ? findClass(name) : loaded;
    }
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    String file = name.replace('.', '/') + ".class";
    try (InputStream stream = getParent().getResourceAsStream(file)) {
      if (stream == null) {
        throw new ClassNotFoundException(name);
      }
      byte[] bytes = stream.readAllBytes();
      return defineClass(name, bytes, 0, bytes.length);
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
  }
}

package dev.engram.arena.stress.scenario;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaScope;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A class loader that loads the library, is used on a thread, and is collected while that thread
 * lives: the thread ends when the code that would give its arena back has lost its loader.
 */
final class SecondClassLoader {
  static final String UNLOADED = "the library is unloaded";
  static final String STAYS = "the library stays";

  private static final Duration COLLECTION_TIMEOUT = Duration.ofSeconds(20);

  /** The JVM unloads libraries a little after their class loader is collected. */
  private static final Duration UNLOADING_TIMEOUT = Duration.ofSeconds(1);

  private static final Duration EXIT_TIMEOUT = Duration.ofSeconds(10);

  /** The system shows 15 letters. */
  private static final String WORKER_NAME = "forgetful";

  private static final Path TASKS = Path.of("/proc/self/task");
  private static final Path MAPS = Path.of("/proc/self/maps");

  private SecondClassLoader() {}

  /** A worker that keeps no thread local between tasks, and with it no class of a task. */
  private static final class ForgetfulWorker extends ForkJoinWorkerThread {
    ForgetfulWorker(ForkJoinPool pool) {
      super(null, pool, false);
      setName(WORKER_NAME);
    }
  }

  /**
   * Has a thread use the library through a class loader of its own, and waits until that one is
   * collected. Then the thread ends. Prints whether the library has been unloaded by then.
   */
  static void useAndOutlive() throws Exception {
    ForkJoinPool pool = new ForkJoinPool(1, ForgetfulWorker::new, null, false);
    Thread thread = threadOf(pool);
    WeakReference<ClassLoader> loader = use(pool);
    // What the worker was last told to do must not hold the loader.
    requireSame(thread, threadOf(pool));
    long mappings = libraryMappings();
    require(nativeThreadLives(), "the native thread is not seen");
    require(
        within(
            COLLECTION_TIMEOUT,
            () -> {
              System.gc();
              return loader.refersTo(null);
            }),
        "the second class loader is not collected");
    boolean unloaded = within(UNLOADING_TIMEOUT, () -> libraryMappings() < mappings);
    System.out.println(unloaded ? UNLOADED : STAYS);
    requireSame(thread, threadOf(pool));
    pool.shutdown();
    thread.join();
    require(within(EXIT_TIMEOUT, () -> !nativeThreadLives()), "the native thread does not end");
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static boolean within(Duration time, Condition condition) throws Exception {
    long deadline = System.nanoTime() + time.toNanos();
    while (!condition.holds()) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      TimeUnit.MILLISECONDS.sleep(10);
    }
    return true;
  }

  private static boolean nativeThreadLives() throws IOException {
    try (Stream<Path> threads = Files.list(TASKS)) {
      return threads.anyMatch(SecondClassLoader::isWorker);
    }
  }

  private static boolean isWorker(Path thread) {
    try {
      return Files.readString(thread.resolve("comm")).startsWith(WORKER_NAME);
    } catch (IOException e) {
      return false; // It has ended meanwhile.
    }
  }

  private static long libraryMappings() throws IOException {
    return Files.readAllLines(MAPS).stream()
        .filter(line -> line.contains(UnloadableLibrary.NAME))
        .count();
  }

  private static Thread threadOf(ForkJoinPool pool)
      throws InterruptedException, ExecutionException {
    return pool.submit(Thread::currentThread).get();
  }

  private static void requireSame(Thread expected, Thread actual) {
    require(expected == actual, "another thread took the place of the first");
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalStateException(otherwise);
    }
  }

  private static WeakReference<ClassLoader> use(ForkJoinPool pool) throws Exception {
    try (URLClassLoader second =
        new URLClassLoader(classPath(), ClassLoader.getPlatformClassLoader())) {
      Class<?> here = second.loadClass(SecondClassLoader.class.getName());
      require(
          here != SecondClassLoader.class,
          "the second class loader shares the classes of the first");
      Method useOnce = here.getDeclaredMethod("useOnce");
      useOnce.setAccessible(true);
      pool.submit(() -> call(useOnce)).get();
      return new WeakReference<>(second);
    }
  }

  private static void call(Method method) {
    try {
      method.invoke(null);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Called through the second class loader. */
  static void useOnce() {
    try (ArenaScope scope = ArenaControl.openScope()) {
      scope.allocate(64);
    }
  }

  private static URL[] classPath() throws IOException {
    String separator = System.getProperty("path.separator");
    List<URI> entries =
        Stream.of(System.getProperty("java.class.path").split(separator, -1))
            .map(entry -> Path.of(entry).toUri())
            .toList();
    URL[] urls = new URL[entries.size()];
    for (int i = 0; i < urls.length; i++) {
      urls[i] = entries.get(i).toURL();
    }
    return urls;
  }
}

package dev.engram.arena;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import jdk.jfr.FlightRecorder;

/**
 * Uses the library in a class loader of its own and on a thread of its own, both of which end, and
 * says whether the class loader is collected. Then has the recorder switched on, which may still
 * know of it.
 */
final class ClassLoaderProgram {
  private static final int COLLECTIONS_MAX = 500;

  private ClassLoaderProgram() {}

  public static void main(String[] arguments) throws Exception {
    WeakReference<ClassLoader> loader = useInAnother();
    for (int i = 0; i < COLLECTIONS_MAX && !loader.refersTo(null); i++) {
      System.gc();
      Thread.sleep(10);
    }
    System.out.println("collected " + loader.refersTo(null));
    System.out.println("recorder " + FlightRecorder.getFlightRecorder().getRecordings());
  }

  private static WeakReference<ClassLoader> useInAnother()
      throws ReflectiveOperationException, InterruptedException, IOException {
    try (URLClassLoader loader =
        new URLClassLoader(classPath(), ClassLoader.getPlatformClassLoader())) {
      Runnable use =
          (Runnable) loader.loadClass(Use.class.getName()).getDeclaredConstructor().newInstance();
      Thread thread = Thread.ofPlatform().start(use);
      thread.join();
      return new WeakReference<>(loader);
    }
  }

  private static URL[] classPath() throws IOException {
    List<URL> urls = new ArrayList<>();
    for (String path : ChildJvm.classPath(ClassLoaderProgram.class)) {
      urls.add(Path.of(path).toUri().toURL());
    }
    return urls.toArray(URL[]::new);
  }

  /** Made through the other class loader. */
  public static final class Use implements Runnable {
    /** For the class loader. */
    public Use() {}

    @Override
    public void run() {
      ArenaControl.openScope().close();
      System.out.println("used in " + getClass().getClassLoader().getClass().getSimpleName());
    }
  }
}

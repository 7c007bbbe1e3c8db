package dev.engram.arena.ffi;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.module.Configuration;
import java.lang.module.ModuleFinder;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;

/**
 * What the loader's tests run in a child JVM: obeys its arguments in turn and prints what came of
 * each.
 */
@NullMarked
final class LoaderProgram {
  private LoaderProgram() {}

  public static void main(String[] arguments) throws Exception {
    for (String argument : arguments) {
      String[] parts = argument.split("=", 3);
      switch (parts[0]) {
        case "load" -> load();
        case "load-in-threads" -> loadInThreads(Integer.parseInt(parts[1]));
        case "load-in-second-class-loader" -> loadInSecondClassLoader();
        case "load-in-module-layer" -> loadInModuleLayer(parts[1]);
        case "call" -> System.out.println("version: " + engram_arena_h.engram_abi_version());
        case "list-temporary-files" -> listTemporaryFiles();
        case "interrupt" -> Thread.currentThread().interrupt();
        case "set" -> System.setProperty(parts[1], parts[2]);
        case "clear" -> System.clearProperty(parts[1]);
        default -> throw new IllegalArgumentException(argument);
      }
    }
  }

  private static void load() {
    try {
      NativeLibrary.load(MethodHandles.lookup());
      System.out.println("loaded: " + NativeLibrary.description());
    } catch (UnsatisfiedLinkError e) {
      System.out.println("failed: " + e.getMessage());
    }
  }

  private static void loadInThreads(int count) throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      threads.add(Thread.ofPlatform().start(LoaderProgram::load));
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private static void loadInSecondClassLoader() throws ReflectiveOperationException, IOException {
    URL[] classPath =
        Arrays.stream(System.getProperty("java.class.path").split(":"))
            .map(LoaderProgram::url)
            .toArray(URL[]::new);
    try (var loader = new URLClassLoader(classPath, ClassLoader.getPlatformClassLoader())) {
      var load = loader.loadClass(LoaderProgram.class.getName()).getDeclaredMethod("load");
      load.setAccessible(true);
      load.invoke(null);
    }
  }

  private static URL url(String path) {
    try {
      return Path.of(path).toUri().toURL();
    } catch (MalformedURLException e) {
      throw new IllegalArgumentException(path, e);
    }
  }

  private static void loadInModuleLayer(String modulePath) throws ReflectiveOperationException {
    ModuleFinder finder =
        ModuleFinder.of(Arrays.stream(modulePath.split(":")).map(Path::of).toArray(Path[]::new));
    ModuleLayer boot = ModuleLayer.boot();
    Configuration configuration =
        boot.configuration().resolve(finder, ModuleFinder.of(), Set.of("dev.engram.arena"));
    ModuleLayer layer =
        boot.defineModulesWithManyLoaders(configuration, ClassLoader.getPlatformClassLoader());
    layer
        .findLoader("dev.engram.arena")
        .loadClass("dev.engram.arena.User")
        .getMethod("main", String[].class)
        .invoke(null, (Object) new String[0]);
  }

  private static void listTemporaryFiles() throws IOException {
    try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      System.out.println("temporary files: " + files.toList());
    }
  }
}

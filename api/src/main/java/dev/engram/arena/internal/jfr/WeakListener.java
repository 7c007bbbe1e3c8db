package dev.engram.arena.internal.jfr;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Objects;
import jdk.jfr.FlightRecorder;
import jdk.jfr.FlightRecorderListener;
import org.jspecify.annotations.Nullable;

/**
 * A listener of the recorder that keeps nothing of this library. The recorder forgets no listener,
 * and any class of ours that it held would keep our class loader for as long as the JVM runs, also
 * where nothing is ever recorded. So all that it gets is the JDK's: a proxy, and method handles
 * that find the listener by a weak reference.
 */
final class WeakListener implements InvocationHandler {
  private static final MethodType INVOKE =
      MethodType.methodType(Object.class, Object.class, Method.class, Object[].class);

  private final FlightRecorderListener listener;

  private WeakListener(FlightRecorderListener listener) {
    this.listener = listener;
  }

  /**
   * Has the recorder tell a listener until what is returned is collected.
   *
   * @return to be kept
   */
  static Object add(FlightRecorderListener listener) {
    WeakListener target = new WeakListener(listener);
    Class<?> type = FlightRecorderListener.class;
    FlightRecorder.addListener(
        (FlightRecorderListener)
            Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, weak(target)));
    return target;
  }

  /** What calls a handler while it is there, and else does nothing. */
  private static InvocationHandler weak(InvocationHandler handler) {
    // A public lookup is of no class of ours.
    MethodHandles.Lookup lookup = MethodHandles.publicLookup();
    try {
      MethodHandle find =
          lookup
              .findVirtual(Reference.class, "get", MethodType.methodType(Object.class))
              .bindTo(new WeakReference<>(handler));
      MethodType withTarget = INVOKE.insertParameterTypes(0, Object.class);
      MethodHandle call =
          lookup.findVirtual(InvocationHandler.class, "invoke", INVOKE).asType(withTarget);
      MethodHandle isThere =
          lookup.findStatic(
              Objects.class, "nonNull", MethodType.methodType(boolean.class, Object.class));
      MethodHandle guarded =
          MethodHandles.guardWithTest(isThere, call, MethodHandles.empty(withTarget));
      return MethodHandleProxies.asInterfaceInstance(
          InvocationHandler.class, MethodHandles.foldArguments(guarded, find));
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }

  @Override
  public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
      throws Throwable {
    try {
      return method.invoke(listener, arguments);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof LinkageError) {
        // Our class loader is closed, and not collected yet: others want to record all the same.
        return null;
      }
      throw e.getCause();
    }
  }
}

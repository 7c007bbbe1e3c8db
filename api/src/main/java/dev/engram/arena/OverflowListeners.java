package dev.engram.arena;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The registered {@link OverflowListener}s. Thread-safe. */
final class OverflowListeners {
  /** All listeners: as the arenas are, they are the process's. */
  static final OverflowListeners PROCESS = new OverflowListeners(ListenerWarning.PROCESS);

  private final ListenerWarning warning;
  private final List<Registered> registered = new CopyOnWriteArrayList<>();

  /** True while a thread runs listeners. */
  private final ThreadLocal<Boolean> notifying = ThreadLocal.withInitial(() -> false);

  OverflowListeners(ListenerWarning warning) {
    this.warning = warning;
  }

  /** Not the listener itself, which may be registered several times and closed one by one. */
  private final class Registered implements OverflowListener.Registration {
    private final OverflowListener listener;

    Registered(OverflowListener listener) {
      this.listener = listener;
    }

    @Override
    public void close() {
      registered.remove(this);
    }
  }

  OverflowListener.Registration add(OverflowListener listener) {
    Registered registration = new Registered(listener);
    registered.add(registration);
    return registration;
  }

  /**
   * Tells every listener, in the order in which they were registered. What they throw is logged. To
   * be called when nothing is needed any more that another overflow of the same arena would write.
   */
  void fire(ArenaOverflow overflow) {
    if (registered.isEmpty() || notifying.get()) {
      return;
    }
    try {
      notifying.set(true);
      for (Registered registration : registered) {
        tell(registration.listener, overflow);
      }
    } finally {
      notifying.remove();
    }
  }

  private void tell(OverflowListener listener, ArenaOverflow overflow) {
    try {
      listener.overflowed(overflow);
    } catch (Throwable failure) {
      // Whatever it is: the allocation is done, and its caller must learn what became of it.
      warning.failed(listener, failure);
    }
  }
}

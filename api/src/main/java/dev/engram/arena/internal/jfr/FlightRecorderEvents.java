package dev.engram.arena.internal.jfr;

import dev.engram.arena.ArenaConfig;
import dev.engram.arena.ArenaOverflow;
import dev.engram.arena.ArenaStats;
import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;
import jdk.jfr.FlightRecorderListener;
import jdk.jfr.Recording;
import org.jspecify.annotations.Nullable;

/**
 * Registers the events when the recorder is switched on, which may be at any time, and not before:
 * to load the class of one event takes hundreds of milliseconds, since it brings in most of the
 * recorder.
 */
public final class FlightRecorderEvents {
  /** For as long as this class is there. */
  private static @Nullable Object registration;

  private FlightRecorderEvents() {}

  /** What events are made of, and who is told when there are to be any. */
  public interface Source {
    /**
     * Totals and gauges of all arenas.
     *
     * @return a snapshot of this moment
     */
    ArenaStats stats();

    /**
     * The settings in force.
     *
     * @return a snapshot of this moment
     */
    ArenaConfig config();

    /**
     * The recorder has been switched on.
     *
     * @param to whom to tell what happens from now on
     */
    void startTelling(Sink to);

    /**
     * Whether scopes are recorded may have changed.
     *
     * @param on whether they are
     */
    void recordScopes(boolean on);
  }

  /** Who is told what happens. */
  public interface Sink {
    /**
     * Records an overflow, if any recording wants it.
     *
     * @param overflow on the calling thread
     */
    void overflowed(ArenaOverflow overflow);

    /**
     * Records when a scope opens.
     *
     * @return to be told when it closes
     */
    OpenScope scopeOpens();
  }

  /** A scope that is recorded. */
  public interface OpenScope {
    /**
     * Records the scope. Called by its own thread.
     *
     * @param bytes what it gives back
     * @param depth 1 for an outermost scope
     * @param leased whether its arena is leased, as a virtual thread's is
     */
    void closed(long bytes, int depth, boolean leased);
  }

  /**
   * Has the recorder know of the events whenever it is switched on, which this does once. Only when
   * that happens does the recorder keep this class, and with it the class loader.
   *
   * @param source what they are made of
   */
  public static synchronized void offer(Source source) {
    if (registration == null) {
      registration = WeakListener.add(new Listener(source));
    }
  }

  private static final class Listener implements FlightRecorderListener {
    private final Source source;
    private @Nullable EventType scopes;

    Listener(Source source) {
      this.source = source;
    }

    @Override
    public void recorderInitialized(FlightRecorder recorder) {
      FlightRecorder.register(OverflowEvent.class);
      source.startTelling(new EventSink());
      FlightRecorder.addPeriodicEvent(StatisticsEvent.class, this::record);
      FlightRecorder.addPeriodicEvent(ConfigurationEvent.class, this::recordAtEnd);
      lookAtScopes();
    }

    @Override
    public void recordingStateChanged(Recording recording) {
      lookAtScopes();
    }

    private void record() {
      new StatisticsEvent(source.stats()).commit();
      // A recording may also be told of another choice while it runs, of which no one is notified.
      lookAtScopes();
    }

    /** The last statistics of a recording are those of its end, whenever the period ends. */
    private void recordAtEnd() {
      new ConfigurationEvent(source.config()).commit();
      record();
    }

    /** One at a time, so that the last one to look is the last one to tell. */
    private synchronized void lookAtScopes() {
      if (scopes == null) {
        scopes = EventType.getEventType(ScopeEvent.class);
      }
      source.recordScopes(scopes.isEnabled());
    }
  }

  private static final class EventSink implements Sink {
    @Override
    public void overflowed(ArenaOverflow overflow) {
      OverflowEvent event = new OverflowEvent();
      if (event.isEnabled()) {
        event.tell(overflow);
        event.commit();
      }
    }

    @Override
    public OpenScope scopeOpens() {
      ScopeEvent event = new ScopeEvent();
      event.begin();
      return event::closed;
    }
  }
}

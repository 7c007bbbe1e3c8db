/**
 * The events of the JDK's Flight Recorder. Only {@link
 * dev.engram.arena.internal.jfr.FlightRecorderEvents} is used from elsewhere; where the module
 * {@code jdk.jfr} is absent no class of this package may be initialised. The fields of events are
 * read by the recorder.
 */
package dev.engram.arena.internal.jfr;

package dev.engram.arena.stress.report;

import java.lang.reflect.RecordComponent;
import org.jspecify.annotations.Nullable;

/** What is in a record, whatever there is. */
final class Records {
  private Records() {}

  static @Nullable Object value(RecordComponent component, Record of) {
    try {
      return component.getAccessor().invoke(of);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the records of a report are public", e);
    }
  }
}

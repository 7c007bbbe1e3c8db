package dev.engram.arena.management;

import dev.engram.arena.ArenaUsage;
import java.lang.reflect.RecordComponent;
import javax.management.openmbean.CompositeData;
import javax.management.openmbean.CompositeDataSupport;
import javax.management.openmbean.CompositeType;
import javax.management.openmbean.OpenDataException;
import javax.management.openmbean.OpenType;
import javax.management.openmbean.SimpleType;

/** What goes into a notification, where JMX converts nothing by itself. */
final class OpenTypes {
  private OpenTypes() {}

  /** As the bean's attribute has it. */
  static CompositeData compositeOf(ArenaUsage arena) {
    RecordComponent[] components = ArenaUsage.class.getRecordComponents();
    String[] names = new String[components.length];
    OpenType<?>[] types = new OpenType<?>[components.length];
    Object[] values = new Object[components.length];
    try {
      for (int i = 0; i < components.length; i++) {
        names[i] = components[i].getName();
        types[i] = components[i].getType() == long.class ? SimpleType.LONG : SimpleType.STRING;
        Object value = components[i].getAccessor().invoke(arena);
        values[i] = value instanceof Enum<?> constant ? constant.name() : value;
      }
      CompositeType type =
          new CompositeType(ArenaUsage.class.getName(), "An arena", names, names, types);
      return new CompositeDataSupport(type, names, values);
    } catch (ReflectiveOperationException | OpenDataException e) {
      throw new AssertionError(e);
    }
  }
}

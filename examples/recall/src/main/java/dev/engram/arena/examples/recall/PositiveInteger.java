package dev.engram.arena.examples.recall;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads an option that counts something. */
final class PositiveInteger implements ITypeConverter<Integer> {

  @Override
  public Integer convert(String value) {
    try {
      int number = Integer.parseInt(value);
      if (number > 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Refused below, as a number below 1 is.
    }
    throw new TypeConversionException(
        "'" + value + "' is not a whole number from 1 to " + Integer.MAX_VALUE);
  }
}

package dev.engram.arena.stress.page;

import java.util.Locale;

/** Text in HTML. */
final class Html {
  private Html() {}

  /** Text as the content of an element or the value of an attribute in double quotes. */
  static String escape(String text) {
    StringBuilder escaped = new StringBuilder(text.length() + 16);
    text.codePoints()
        .forEach(codePoint -> {
          switch (codePoint) {
            case '&' -> escaped.append("&amp;");
            case '<' -> escaped.append("&lt;");
            case '>' -> escaped.append("&gt;");
            case '"' -> escaped.append("&quot;");
            case '\'' -> escaped.append("&#39;");
            default -> escaped.appendCodePoint(codePoint);
          }
        });
    return escaped.toString();
  }

  /** A format whose arguments are escaped, numbers and what {@link Raw} holds aside. */
  static String format(String format, Object... arguments) {
    Object[] escaped = arguments.clone();
    for (int i = 0; i < escaped.length; i++) {
      if (escaped[i] instanceof String text) {
        escaped[i] = escape(text);
      } else if (escaped[i] instanceof Raw raw) {
        escaped[i] = raw.html;
      }
    }
    return String.format(Locale.ROOT, format, escaped);
  }

  /** What is HTML already. */
  record Raw(String html) {}

  static Raw raw(String html) {
    return new Raw(html);
  }
}

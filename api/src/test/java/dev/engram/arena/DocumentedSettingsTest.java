package dev.engram.arena;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The documents name the settings that there are. */
class DocumentedSettingsTest {
  /** Of the loader, which reads it before there are settings. */
  private static final String LIBRARY_PATH = "engram.arena.library.path";

  /** What monitoring calls its meters begins as some settings do. */
  private static final Pattern PROPERTY =
      Pattern.compile(
          "(?<![\\w.])engram\\.(?:arena|kernels)\\."
              + "(?!(?:memory|count|resets|overflows|fallback)\\b)[a-z_]+(?:\\.[a-z_]+)*");

  private static final Pattern VARIABLE = Pattern.compile("\\bENGRAM_(?:ARENA|KERNELS)_[A-Z_]+\\b");

  @ParameterizedTest
  @MethodSource("dev.engram.arena.Documents#files()")
  void eachSettingThatIsNamedExists(Path file) {
    String text = Documents.text(file);
    Set<String> properties = names(Setting::property);
    properties.add(LIBRARY_PATH);
    assertThat(found(PROPERTY, text)).isSubsetOf(properties);
    assertThat(found(VARIABLE, text)).isSubsetOf(names(Setting::variable));
  }

  @Test
  void theReadmeHasEachSettingByBothNames() {
    String readme = Documents.text(Documents.root().resolve("README.md"));
    var rows = Documents.table(readme, "what");
    assertThat(rows.stream().map(row -> row.get(2)).toList())
        .containsExactlyElementsOf(
            Stream.of(Setting.values()).map(setting -> "`" + setting.property() + "`").toList());
    assertThat(rows.stream().map(row -> row.get(3)).toList())
        .containsExactlyElementsOf(
            Stream.of(Setting.values()).map(setting -> "`" + setting.variable() + "`").toList());
  }

  private static Set<String> found(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(MatchResult::group).collect(Collectors.toSet());
  }

  private static Set<String> names(Function<Setting, String> name) {
    return Stream.of(Setting.values()).map(name).collect(Collectors.toCollection(TreeSet::new));
  }
}

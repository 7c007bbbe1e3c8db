package dev.engram.arena.examples.recall;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WordNetReaderTest {

  private static final String LICENCE = "  1 This software and database is being provided\n";

  private final Map<String, String> files =
      new HashMap<>(
          Map.of(
              "data.noun",
              LICENCE
                  + "00000010 03 n 01 thing 0 001 ~ 00000020 n 0000 | what there is\n"
                  + "00000020 06 n 02 tin_hat 0 lid 1 002 @ 00000010 n 0000 + 00000010 v 0201 |"
                  + " a hat of tin; \"he wore a tin hat\"  \n",
              "data.verb",
              LICENCE + "00000010 35 v 01 put_on 0 000 02 + 08 00 + 09 00 | to dress with\n",
              "data.adj",
              LICENCE
                  + "00000010 00 s 01 aboard(p) 0 002 & 00000010 a 0000 ! 00000010 r 0101 | on\n",
              "data.adv",
              LICENCE + "00000010 02 r 01 ashore 0 000 | not on\n"));

  @Test
  void synsetsAreNumberedThroughTheFiles() throws RecallException {
    assertThat(read().synsets())
        .containsExactly(
            new Gloss("thing", "what there is"),
            new Gloss("tin hat", "a hat of tin"),
            new Gloss("put on", "to dress with"),
            new Gloss("aboard", "on"),
            new Gloss("ashore", "not on"));
    assertThat(read().firstMemory()).isEqualTo(1);
    assertThat(read().memories()).isEqualTo(1);
  }

  /** The four files begin at the same offset: the part of speech tells the synsets apart. */
  @Test
  void pointersLeadToTheSynsetOfTheirPartOfSpeech() throws RecallException {
    assertThat(read().pointers())
        .containsExactly(
            new Pointer(0, Relation.HYPONYM, 1),
            new Pointer(1, Relation.HYPERNYM, 0),
            new Pointer(1, Relation.DERIVATION, 2),
            new Pointer(3, Relation.SIMILAR_TO, 3),
            new Pointer(3, Relation.ANTONYM, 4));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "00000010 02 r 01 up 0 000 no bar;it has no gloss",
        "00000010 02 r 01 up 0 001 ! 00000010 | a;it ends early",
        "00000010 02 r 02 up 0 000 | a;it ends early",
        "offset 02 r 01 up 0 000 | a;For input string: \"offset\"",
        "00000010 02 r zz up 0 000 | a;For input string: \"zz\" under radix 16",
        "00000010 02 r 01 up 0 001 ? 00000010 a 0000 | a;there is no relation ?",
        "00000010 06 r 01 up 0 000 | a;noun.artifact is in more than one place",
      })
  void aLineThatIsNotASynsetIsRefused(String line, String reason) {
    files.put("data.adv", LICENCE + line + "\n");

    assertRefused("data.adv, line 2 is not a synset: " + reason);
  }

  @Test
  void aPointerToNoSynsetIsRefused() {
    files.put("data.adv", "00000010 02 r 01 up 0 001 ! 00000099 a 0101 | a\n");

    assertRefused("a pointer of \"up\" leads to no synset: Key[partOfSpeech=a, offset=99]");
  }

  @Test
  void aMissingFileIsRefused() {
    files.remove("data.adj");

    assertRefused("data.adj is not on the class path");
  }

  @Test
  void aDatabaseWithoutMemoriesIsRefused() {
    files.put("data.noun", "00000010 03 n 01 thing 0 000 | what there is\n");
    files.put("data.verb", LICENCE);
    files.put("data.adj", LICENCE);

    assertRefused("it has no synset of noun.artifact");
  }

  @Test
  void aFileThatCannotBeReadIsRefused() {
    assertThatThrownBy(() ->
            WordNetReader.read(name -> {
              throw new IOException(name + " is damaged");
            }))
        .isInstanceOf(RecallException.class)
        .hasMessage("cannot read WordNet: data.noun is damaged");
  }

  private WordNet read() throws RecallException {
    return WordNetReader.read(name -> {
      String content = files.get(name);
      return content == null ? null : new ByteArrayInputStream(content.getBytes(US_ASCII));
    });
  }

  private void assertRefused(String reason) {
    assertThatThrownBy(this::read)
        .isInstanceOfSatisfying(
            RecallException.class,
            refused -> assertThat(refused.exitCode()).isEqualTo(RecallException.CANNOT_RUN))
        .hasMessage("cannot read WordNet: " + reason);
  }
}

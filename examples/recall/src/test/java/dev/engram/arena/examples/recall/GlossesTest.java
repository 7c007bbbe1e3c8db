package dev.engram.arena.examples.recall;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class GlossesTest {

  @Test
  void readsEverySynsetOfTheLexicographerFile() throws RecallException {
    assertThat(Glosses.read(Integer.MAX_VALUE))
        .hasSize(11_605)
        .allSatisfy(gloss -> {
          assertThat(gloss.word()).isNotBlank();
          assertThat(gloss.definition()).isNotBlank();
        });
  }

  @Test
  void aLimitKeepsTheFirstOnes() throws RecallException {
    List<Gloss> fifty = Glosses.read(50);

    assertThat(fifty)
        .hasSize(50)
        .startsWith(new Gloss("aba", "a fabric woven from goat hair and camel hair"));
    assertThat(Glosses.read(3)).isEqualTo(fifty.subList(0, 3));
  }

  @Test
  void usageExamplesAreLeftOut() throws RecallException {
    assertThat(Glosses.read(500)).noneMatch(gloss -> gloss.definition().contains("\""));
  }

  @Test
  void theTextIsTheWordAndItsDefinition() {
    assertThat(new Gloss("hat", "headdress that protects the head").text())
        .isEqualTo("hat: headdress that protects the head");
  }
}

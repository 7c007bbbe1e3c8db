package dev.engram.arena.stress.page;

import static org.assertj.core.api.Assertions.assertThat;

import org.jsoup.Jsoup;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.Test;

class HtmlTest {
  private static final String EVIL = "a \" onclick='x' & </p><b> \u00b5 \ud83d\ude00 %s";

  @Test
  void textComesBackFromContentAndAttributes() {
    Element p =
        Jsoup.parseBodyFragment(Html.format("<p title=\"%s\" lang='%s'>%s</p>", EVIL, EVIL, EVIL))
            .expectFirst("p");
    assertThat(p.attr("title")).isEqualTo(EVIL);
    assertThat(p.attr("lang")).isEqualTo(EVIL);
    assertThat(p.wholeText()).isEqualTo(EVIL);
    assertThat(p.attributes().size()).isEqualTo(2);
  }

  @Test
  void numbersAreWrittenAlikeEverywhereAndHtmlStays() {
    assertThat(Html.format("%,d %.1f %s", 12_345, 1.5, Html.raw("<i>&amp;</i>")))
        .isEqualTo("12,345 1.5 <i>&amp;</i>");
  }
}

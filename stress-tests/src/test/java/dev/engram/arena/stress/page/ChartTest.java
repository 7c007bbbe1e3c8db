package dev.engram.arena.stress.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.engram.arena.stress.page.Chart.Bar;
import dev.engram.arena.stress.page.Chart.Point;
import java.util.List;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.Test;

class ChartTest {
  private static final String EVIL = "<b>\"fast\" & 'loose'</b>";

  private final Chart chart =
      new Chart("c", EVIL, "what " + EVIL + " shows", Axis.time(10), Axis.count(100, "things"));

  @Test
  void pointsAreWhereTheyBelong() {
    Element line =
        parse(
                chart.line(
                    "a line", 2, List.of(new Point(0, 0), new Point(5, 50), new Point(10, 100))))
            .expectFirst("polyline");
    double middle = (Chart.LEFT + Chart.RIGHT) / 2.0;
    assertThat(line.attr("points"))
        .isEqualTo(
            "%d,%d %.0f,%d %d,%d"
                .formatted(
                    Chart.LEFT,
                    Chart.BOTTOM,
                    middle,
                    (Chart.TOP + Chart.BOTTOM) / 2,
                    Chart.RIGHT,
                    Chart.TOP));
    assertThat(line.classNames()).contains("colour-2");
  }

  @Test
  void barsStandOnTheBaseAndSayWhatTheyAre() {
    Element bar =
        parse(chart.bars("bars", 1, List.of(new Bar(0, 5, 25, EVIL)))).expectFirst("rect");
    double height = (Chart.BOTTOM - Chart.TOP) / 4.0;
    assertThat(Double.parseDouble(bar.attr("x"))).isEqualTo(Chart.LEFT);
    assertThat(Double.parseDouble(bar.attr("width")))
        .isEqualTo((Chart.RIGHT - Chart.LEFT) / 2.0 - 1);
    assertThat(Double.parseDouble(bar.attr("height"))).isEqualTo(height);
    assertThat(Double.parseDouble(bar.attr("y"))).isEqualTo(Chart.BOTTOM - height);
    assertThat(bar.expectFirst("title").text()).isEqualTo(EVIL);
  }

  @Test
  void littleIsSeenAndNothingIsNot() {
    var bars =
        parse(chart.bars("bars", 1, List.of(new Bar(0, 1, 1e-6, ""), new Bar(1, 2, 0, ""))))
            .select("rect");
    assertThat(Double.parseDouble(bars.get(0).attr("height"))).isGreaterThanOrEqualTo(1);
    assertThat(Double.parseDouble(bars.get(1).attr("height"))).isZero();
  }

  @Test
  void aBoundGoesAcross() {
    Element bound = parse(chart.bound("capacity", 100)).expectFirst("line.bound");
    assertThat(bound.attr("y1")).isEqualTo(Chart.TOP + "").isEqualTo(bound.attr("y2"));
    assertThat(bound.attr("x1")).isEqualTo(Chart.LEFT + "");
    assertThat(bound.attr("x2")).isEqualTo(Chart.RIGHT + "");
  }

  @Test
  void ticksStandAtTheirValuesAndUnitsAtTheirAxes() {
    Element figure = parse(chart);
    assertThat(figure.select("text.tick").eachText())
        .containsExactly("0", "25", "50", "75", "100", "0.0", "2.5", "5.0", "7.5", "10.0");
    assertThat(figure.select("text.unit").eachText()).containsExactly("things", "seconds");
    Element half = figure.select("text.tick").get(2);
    assertThat(half.attr("y")).isEqualTo((Chart.TOP + Chart.BOTTOM) / 2 + "");
    assertThat(figure.select("line.grid, line.base")).hasSize(5);
  }

  @Test
  void titleDescriptionAndLegendAreText() {
    Element figure = parse(chart.line(EVIL, 1, List.of()));
    assertThat(figure.expectFirst("h4").text()).isEqualTo(EVIL);
    assertThat(figure.select(".legend li").eachText()).containsExactly(EVIL);
    Element svg = figure.expectFirst("svg");
    assertThat(svg.attr("role")).isEqualTo("img");
    assertThat(svg.attr("aria-labelledby")).isEqualTo("c-title c-description");
    assertThat(svg.expectFirst("#c-title").text()).isEqualTo(EVIL);
    assertThat(svg.expectFirst("#c-description").text()).isEqualTo("what " + EVIL + " shows");
    assertThat(figure.select("b")).isEmpty();
  }

  private static Element parse(Chart chart) {
    return Jsoup.parseBodyFragment(chart.html()).expectFirst("figure");
  }
}

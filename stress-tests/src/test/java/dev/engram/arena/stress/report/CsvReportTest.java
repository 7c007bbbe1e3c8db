package dev.engram.arena.stress.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CsvReportTest {
  private final SuiteReport suite = PlantedReports.suite();

  @Test
  void everySampleIsALine() {
    assertThat(CsvReport.samples(suite).split("\r\n"))
        .containsExactly(
            "run,seconds,operations,overflowErrors,overflowFallbacks,usedBytes,touchedBytes,"
                + "reservedBytes,heldFallbackBytes,liveArenas,residentBytes,mappings",
            "mixed,0.0,0,0,0,0,0,0,0,0,104857600,200",
            "mixed,0.5,1000,4,8,2097152,3145728,67108864,0,32,314572800,250",
            "mixed,1.5,5555,10,20,1048576,3145728,67108864,1048576,32,209715200,240");
  }

  @Test
  void latenciesAreLines() {
    assertThat(CsvReport.latency(suite).split("\r\n"))
        .startsWith("run,percent,nanos", "mixed,50.0,4500")
        .hasSize(6);
    assertThat(CsvReport.histogram(suite).split("\r\n"))
        .containsExactly(
            "run,fromNanos,toNanos,count", "mixed,1000.0,1259.0,5000", "mixed,7943.0,10000.0,555");
  }

  @Test
  void usageOfAnArenaIsALineForEachSample() {
    assertThat(CsvReport.arenaUsage(suite).split("\r\n"))
        .containsExactly(
            "run,slot,seconds,usedBytes",
            "mixed,7,0.0,0",
            "mixed,7,0.5,200000",
            "mixed,7,1.5,100000",
            "mixed,3,0.0,0",
            "mixed,3,0.5,1024",
            "mixed,3,1.5,2048");
  }

  @Test
  void textThatCouldBreakALineIsQuoted() {
    assertThat(CsvReport.arenas(suite))
        .startsWith(
            "run,slot,owner,capacityBytes,usedBytesMean,usedBytesMax,highWaterMarkBytes,overflows,"
                + "resets\r\n")
        .contains("mixed,7,worker 0,2097152,100000,200000,425984,15,3000\r\n")
        .contains("mixed,3,\"worker \"\"1\"\", <b>\",2097152,1024,2048,212992,15,2555\r\n");
    assertThat(CsvReport.quoted("two\nlines")).isEqualTo("\"two\nlines\"");
    assertThat(CsvReport.quoted("a,b")).isEqualTo("\"a,b\"");
    assertThat(CsvReport.quoted("plain text")).isEqualTo("plain text");
  }
}

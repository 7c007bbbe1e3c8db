package dev.engram.arena.micrometer;

import dev.engram.arena.ffi.NativeLibrary;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

/** An application with a meter of its own that binds those of the arenas, and is scraped. */
final class ScrapedProgram {
  private ScrapedProgram() {}

  public static void main(String[] args) {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    registry.counter("requests").increment();
    new EngramArenaMetrics().bindTo(registry);
    System.out.println("bound: " + NativeLibrary.description());
    String scrape = registry.scrape();
    System.out.println("scraped: " + NativeLibrary.description());
    System.out.print(scrape);
  }
}

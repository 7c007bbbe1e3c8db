/**
 * Meters for monitoring systems, by <a href="https://docs.micrometer.io/micrometer/reference/">
 * Micrometer</a>. Needs {@code io.micrometer:micrometer-core}, which an application that monitors
 * itself has; everything else works without it. A module that uses this package requires {@code
 * micrometer.core} itself.
 */
package dev.engram.arena.micrometer;

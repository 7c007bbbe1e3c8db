/**
 * Tests of what threads may see of one another. The packages below it are read by jcstress, which
 * runs their actors against each other some hundred thousand times; the suites that run as ordinary
 * tests are among the test sources.
 */
@NullMarked
package dev.engram.arena.concurrency;

import org.jspecify.annotations.NullMarked;

/** What the packages of this module share without exporting it. */
package dev.engram.arena.internal;

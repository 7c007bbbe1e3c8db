/**
 * The arenas as a managed bean of JMX: {@link dev.engram.arena.management.ArenaManagement}
 * registers it, {@link dev.engram.arena.management.ArenaMXBean} is its interface. Needs the module
 * {@code java.management}; everything else of the library does not.
 */
package dev.engram.arena.management;

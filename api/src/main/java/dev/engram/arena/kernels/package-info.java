/**
 * Native kernels. Each works in the calling thread's arena: what it stages there or needs as
 * scratch is gone when it returns, and what the caller has there stays as it is. A call either
 * completes or leaves its outputs untouched. Kernels hold the carrier of a virtual thread for as
 * long as they run.
 */
package dev.engram.arena.kernels;

/*
 * Engram Arena: native scratch memory shared by Java and native kernels.
 *
 * This header is the whole ABI. It is also the only input of the Java bindings: after a change run
 * scripts/generate-bindings, and raise ENGRAM_ABI_VERSION when an existing caller would break.
 *
 * Vocabulary
 *   arena        one contiguous region of memory with a bump offset, described by an engram_arena header.
 *   owner        the one thread that may allocate in an arena at a time. For a thread's own arena that is the
 *                thread; for a leased arena it is whoever holds the lease, on whatever thread it runs.
 *   mark         a position in an arena. Rewinding to it gives back everything allocated since.
 *   outermost    the mark taken while no other mark of the same arena is open.
 *   reset        the rewind of an outermost mark under which something was allocated.
 *   overflow     an allocation that does not fit what is left of the region.
 *   chunk        memory taken from the system for allocations that overflow under ENGRAM_OVERFLOW_FALLBACK.
 *   idle         of an arena: without an open mark and with nothing in use, be it a thread's own or leased.
 *   quarantined  of a region: set aside because segments that nobody gave back may still be read.
 *   owned        the caller must give it back, with the function that is named.
 *   borrowed     the caller may use it for as long as is said, and never frees it.
 *   valid until rewind   usable until a mark taken before the allocation is rewound.
 *
 * Lifetime and thread safety
 *   Functions on an arena are for its owner only; allocating and rewinding take no lock. Functions without an arena
 *   act on the one group of arenas of this process and may be called by any thread at any time. Headers are never
 *   unmapped: reading one through a stale pointer is harmless, its counters belong to the slot and outlive the owner.
 *   Nothing here may be called from a signal handler.
 *
 * Errors
 *   Functions that can fail return an engram_status. A failed call changes nothing but counters, and writes none
 *   of its outputs but `failure`. Where a parameter is an `engram_failure *`, it may be null; otherwise it
 *   is written if and only if the call fails. Other pointers must not be null, unless the function says so; a
 *   null one is refused with ENGRAM_INVALID_ARGUMENT.
 *
 * Units
 *   Sizes and offsets are bytes and say so in their names; counts say what they count.
 */
#ifndef ENGRAM_ARENA_H
#define ENGRAM_ARENA_H

#ifdef __cplusplus
extern "C" {
#endif

/* Not the types of stdint.h: uint64_t is `unsigned long` on Linux and `unsigned long long` on Windows, and a
 * binding generator sees the difference. These are the same everywhere. */
typedef unsigned int engram_u32;
typedef unsigned long long engram_u64;

/** Version of this interface. A library whose engram_abi_version() differs must not be used. */
#define ENGRAM_ABI_VERSION 4

/** Smallest pool size that engram_configure accepts: 64 KiB. */
#define ENGRAM_POOL_SIZE_BYTES_MIN 65536ULL
/** Largest pool size that engram_configure considers: 128 TiB, the user address space of a 48-bit machine. What
 *  the running system can really reserve is less and is tried. */
#define ENGRAM_POOL_SIZE_BYTES_MAX 140737488355328ULL
/** Largest alignment an allocation may ask for: 2 MiB. */
#define ENGRAM_ALIGNMENT_BYTES_MAX 2097152ULL
/** Smallest chunk that is taken from the system under ENGRAM_OVERFLOW_FALLBACK: 64 KiB. */
#define ENGRAM_CHUNK_BYTES_MIN 65536ULL
/** The max_total_bytes that stands for no limit. */
#define ENGRAM_TOTAL_BYTES_UNLIMITED 18446744073709551615ULL
/** A bit of `requests` that native code never sets: a caller's own, to have an owner look up at its next mark. */
#define ENGRAM_REQUEST_OF_CALLER 2147483648U

/** What a call came to. */
typedef enum engram_status {
  /** Done. */
  ENGRAM_OK = 0,
  /** An argument is outside what the function allows. */
  ENGRAM_INVALID_ARGUMENT = 1,
  /** The allocation does not fit, and the overflow strategy does not serve it. */
  ENGRAM_ARENA_OVERFLOW = 2,
  /** The operating system refused memory; the failure carries its error number. */
  ENGRAM_SYSTEM_ERROR = 3,
  /** The arena is in use: it has open marks. */
  ENGRAM_ARENA_IN_USE = 4,
  /** max_total_bytes is reached: there is no region for another arena, and no idle one could be had. */
  ENGRAM_POOL_EXHAUSTED = 5,
  /** An output does not hold the result; the call says how much there is. */
  ENGRAM_OUTPUT_TOO_SMALL = 6,
} engram_status;

/** What happens to an allocation that does not fit. Every overflow is counted first. */
typedef enum engram_overflow_strategy {
  /** One line on standard error, then the process ends by a trap. */
  ENGRAM_OVERFLOW_PANIC = 0,
  /** ENGRAM_ARENA_OVERFLOW; the arena stays as it was. The default. */
  ENGRAM_OVERFLOW_ERROR_RETURN = 1,
  /** Served from chunks taken from the system, given back by the rewind, up to max_fallback_bytes in the process. */
  ENGRAM_OVERFLOW_FALLBACK = 2,
} engram_overflow_strategy;

/** Which pages of a region are huge (2 MiB). */
typedef enum engram_huge_pages {
  /** Asked for beyond the first 2 MiB, so that small use of a large pool stays small. The default. */
  ENGRAM_HUGE_PAGES_AUTO = 0,
  /** None. */
  ENGRAM_HUGE_PAGES_OFF = 1,
  /** Asked for throughout. The system may give them or not. */
  ENGRAM_HUGE_PAGES_TRANSPARENT = 2,
  /** Taken from those that the system has set aside, capacity rounded up to 2 MiB. Where it has not enough of them, as
   *  ENGRAM_HUGE_PAGES_TRANSPARENT; engram_stats has the reason. */
  ENGRAM_HUGE_PAGES_EXPLICIT = 3,
} engram_huge_pages;

/** Why a call failed. Written by functions that fail; fields that do not apply are 0. */
typedef struct engram_failure {
  /** An engram_status other than ENGRAM_OK. */
  engram_u32 status;
  /** The operating system's error number, under ENGRAM_SYSTEM_ERROR. */
  engram_u32 system_error;
  /** What was asked for, in bytes. */
  engram_u64 requested_bytes;
  /** What the arena had left at the asked alignment, in bytes. */
  engram_u64 available_bytes;
  /** Capacity of the arena, in bytes. */
  engram_u64 capacity_bytes;
} engram_failure;

/** Settings of the process's arenas. */
typedef struct engram_config {
  /** sizeof(engram_config) as the caller was compiled. Anything else is refused. */
  engram_u64 struct_size_bytes;
  /** Capacity of each arena, ENGRAM_POOL_SIZE_BYTES_MIN to ENGRAM_POOL_SIZE_BYTES_MAX bytes. */
  engram_u64 pool_size_bytes;
  /** Most bytes that all chunks of the process may hold together under ENGRAM_OVERFLOW_FALLBACK; beyond it an
   *  allocation fails as under ENGRAM_OVERFLOW_ERROR_RETURN. */
  engram_u64 max_fallback_bytes;
  /** Most bytes that all regions (by capacity, quarantined ones included) and chunks of the process may hold together;
   *  at least the capacity of one arena. */
  engram_u64 max_total_bytes;
  /** An engram_overflow_strategy. */
  engram_u32 overflow_strategy;
  /** An engram_huge_pages. */
  engram_u32 huge_pages;
  /** 1 to wipe what was used whenever it is given back, else 0. */
  engram_u32 zero_on_reset;
  /** 1 to have the physical memory of a whole region from the start, else 0. */
  engram_u32 pre_touch;
} engram_config;

/**
 * Header of one arena: 128 bytes on a 128-byte boundary, so that no two share a cache line or a pair of lines.
 *
 * Only the owner writes it, apart from `requests`; anyone may read it. Every field is one aligned word, read and
 * written whole. Counters never decrease and outlive the owner: the next owner of the slot goes on from them.
 * While an arena is idle, others may serve requests in the owner's place.
 *
 * An owner that bumps `offset_bytes` itself, as Java does, keeps to these rules:
 *  - allocate: start = offset_bytes rounded up to the alignment, a power of two up to ENGRAM_ALIGNMENT_BYTES_MAX (the
 *    address, not the offset, must be aligned); if start <= capacity_bytes and size <= capacity_bytes - start, store
 *    offset_bytes = start + size; else call engram_arena_allocate.
 *  - mark: store depth + 1, then read requests: in that order, so that whoever asks something and then finds depth 0
 *    knows that the owner will see it. If depth was 0 and requests is not 0, store depth = 0 again and call
 *    engram_arena_mark, which does all of this. Else remember offset_bytes and fallback_position_bytes, and add 1 to
 *    scope_count. The last mark's store of depth = 0 releases what was done before.
 *  - rewind: if requests is not 0, call engram_arena_serve, which enters a new metrics epoch also under open marks.
 *    Then as documented at engram_arena_rewind; or call that, as one must where zero_on_reset is set.
 *  - whatever else the owner keeps, offset_bytes is never below the end of a live allocation.
 *  - an owner that keeps the offset elsewhere too, as Java does, does not see what others allocate: native code that
 *    it calls while it has a mark open leaves offset_bytes as it found it.
 */
typedef struct engram_arena {
  /** First byte of the region, at least 4096-byte aligned. Null while the slot has no region: it has no owner, or
   *  others needed the memory while it was idle. */
  unsigned char *base;
  /** Size of the region in bytes. */
  engram_u64 capacity_bytes;
  /** Bytes in use: the next allocation starts here or, for its alignment, above. */
  engram_u64 offset_bytes;
  /** Largest offset at any rewind since `epoch`, this owner or this region began, or since the last trim. The true mark
   *  is the larger of this and offset_bytes. engram_stats has the earlier marks of the epoch too. */
  engram_u64 high_water_mark_bytes;
  /** Bytes in use in chunks, with alignment gaps and what each chunk needs for itself. 0 unless an allocation of an
   *  open mark overflowed. */
  engram_u64 fallback_position_bytes;
  /** Open marks. */
  engram_u32 depth;
  /** 1 if something was allocated, and rewound, under the marks that are still open. */
  engram_u32 used_since_reset;
  /** What others ask of the owner; engram_arena_mark and engram_arena_serve obey. Not 0 means something waits. Others
   *  set bits. */
  engram_u32 requests;
  /** Another number after each call of native code that changed this header. With `requests` one aligned 64-bit word:
   *  an owner that keeps copies of fields reads it to know that they are good and that nothing waits. */
  engram_u32 revision;
  /** Marks opened. */
  engram_u64 scope_count;
  /** Outermost marks rewound after at least one allocation. */
  engram_u64 reset_count;
  /** Bytes given back by rewinds: of offset_bytes and of fallback_position_bytes. */
  engram_u64 allocated_bytes;
  /** Overflows that failed. */
  engram_u64 overflow_error_count;
  /** Overflows that were served from chunks. */
  engram_u64 overflow_fallback_count;
  /** Bytes asked for by the overflows that were served from chunks. */
  engram_u64 overflow_fallback_bytes;
  /** Marks that were still open when their owner's thread ended, or that were set aside with their region. */
  engram_u64 abandoned_count;
  /** The metrics epoch that high_water_mark_bytes belongs to. */
  engram_u64 epoch;
  /** The engram_overflow_strategy of this arena. */
  engram_u32 overflow_strategy;
  /** 1 if rewinds wipe what they give back. */
  engram_u32 zero_on_reset;
} engram_arena;

/** A position in an arena, made by engram_arena_mark. Valid until it or one opened before it is rewound. */
typedef struct engram_mark {
  engram_u64 offset_bytes;
  engram_u64 fallback_position_bytes;
} engram_mark;

/** Totals of the process's arenas since the last engram_reset_arena_metrics, and gauges of the moment. A snapshot
 *  taken without stopping anyone: exact when no owner is at work, never torn, counters never decrease within an
 *  epoch. */
typedef struct engram_stats {
  /** sizeof(engram_stats) as the caller was compiled; set before the call. */
  engram_u64 struct_size_bytes;
  /** Number of metric resets so far. Counters of different epochs cannot be compared. */
  engram_u64 epoch;
  /** Marks opened. */
  engram_u64 total_scopes;
  /** Outermost marks rewound after at least one allocation. */
  engram_u64 total_resets;
  /** Bytes given back by rewinds. */
  engram_u64 total_allocated_bytes;
  /** Overflows that failed. */
  engram_u64 total_overflow_errors;
  /** Overflows that were served from chunks. */
  engram_u64 total_overflow_fallbacks;
  /** Bytes asked for by the overflows that were served from chunks. */
  engram_u64 total_fallback_bytes;
  /** Marks that nobody rewound: still open when their owner's thread ended, or set aside with their region. */
  engram_u64 total_abandoned;
  /** Requests for an arena that were refused: max_total_bytes was reached, or the system had no memory. Each attempt
   *  counts, also if the caller's next one is served. */
  engram_u64 total_refused_arenas;
  /** Arenas that kept their old region, since none could be had for new settings. */
  engram_u64 total_failed_remaps;
  /** Largest high-water mark of one arena, in bytes. */
  engram_u64 max_high_water_mark_bytes;
  /** Arenas that have a region now, idle leases included. */
  engram_u64 live_arenas;
  /** Capacity of those regions together, in bytes of address space. Physical memory is used only for what was
   *  touched. */
  engram_u64 reserved_bytes;
  /** Bytes in use in those regions. */
  engram_u64 used_bytes;
  /** Bytes of chunks that are held now, by everyone. */
  engram_u64 held_fallback_bytes;
  /** Bytes of regions that were touched since they were mapped or last trimmed: an estimate of the physical memory that
   *  arenas hold, by their high-water marks. */
  engram_u64 touched_bytes;
  /** Capacity of the regions in quarantine, in bytes. Not among reserved_bytes. */
  engram_u64 quarantined_bytes;
  /** The system's error number of the latest refusal of explicit huge pages under the settings in force, or 0. */
  engram_u64 huge_pages_error;
  /** The system's error number of the latest failed_remap, or 0; ENGRAM_POOL_EXHAUSTED has none. */
  engram_u64 failed_remap_error;
} engram_stats;

/** Whose an arena is. */
typedef enum engram_arena_use {
  /** A thread's own. */
  ENGRAM_ARENA_OWNED = 1,
  /** Leased, also while its holder keeps it for later. */
  ENGRAM_ARENA_LEASED = 2,
  /** Nobody's: in the pool until it is next leased, or on its way there. */
  ENGRAM_ARENA_POOLED = 3,
  /** None any more: a region that was set aside. */
  ENGRAM_ARENA_QUARANTINED = 4,
} engram_arena_use;

/** One arena, as engram_list_arenas saw it. Counters and the high-water mark cover the time since the arena was made, or
 *  since the last engram_reset_arena_metrics if that is later; a pooled arena stays the same one from lease to lease. */
typedef struct engram_arena_usage {
  /** Its header; of a quarantined region what stands for it. Borrowed: readable for as long as the process lives. */
  const engram_arena *header;
  /** Number of its slot, from 0: no two have the same at a time, and the next arena in the slot has it again. */
  engram_u64 slot;
  /** An engram_arena_use. */
  engram_u32 use;
  /** Open marks. */
  engram_u32 depth;
  /** Size of its region in bytes; 0 while it has none. */
  engram_u64 capacity_bytes;
  /** Bytes in use in its region; 0 for a quarantined one, where they cannot be told. */
  engram_u64 used_bytes;
  /** Most bytes that were in use in it, or since its region was mapped or trimmed, or its lease began, if that is later. */
  engram_u64 high_water_mark_bytes;
  /** Bytes in use in chunks. */
  engram_u64 used_fallback_bytes;
  /** Outermost marks rewound after at least one allocation. */
  engram_u64 reset_count;
  /** Overflows that failed. */
  engram_u64 overflow_error_count;
  /** Overflows that were served from chunks. */
  engram_u64 overflow_fallback_count;
} engram_arena_usage;

/** What kernels are compiled for. */
typedef enum engram_cpu_level {
  /** x86-64 with SSE4.2. */
  ENGRAM_CPU_X86_64_V2 = 2,
  /** x86-64 with AVX2 and FMA. */
  ENGRAM_CPU_X86_64_V3 = 3,
  /** x86-64 with AVX-512 F, BW, CD, DQ and VL. */
  ENGRAM_CPU_X86_64_V4 = 4,
  /** 64-bit ARM. */
  ENGRAM_CPU_NEON = 64,
} engram_cpu_level;

/** A directed graph with weighted edges, by source node (compressed sparse rows). Immutable while anyone uses it. */
typedef struct engram_graph {
  /** sizeof(engram_graph) as the caller was compiled. Anything else is refused. */
  engram_u64 struct_size_bytes;
  /** Nodes, 1 to 2^31 - 1. */
  engram_u64 node_count;
  /** Edges, 0 to 2^40. */
  engram_u64 edge_count;
  /** node_count + 1 numbers, from 0 to edge_count, none below the one before: node i's edges are those from offsets[i]
   *  up to, and without, offsets[i + 1]. */
  const engram_u64 *offsets;
  /** edge_count nodes, each below node_count. May be null, as `weights`, where edge_count is 0. */
  const engram_u32 *targets;
  /** edge_count weights, all finite. */
  const float *weights;
  /** What engram_graph_prepare wrote for this graph, or null. */
  const void *layout;
} engram_graph;

/** What is wrong with a graph. */
typedef enum engram_graph_fault {
  /** offsets[0] is not 0; `index` is 0. */
  ENGRAM_GRAPH_FIRST_OFFSET = 1,
  /** offsets[index] is below the one before. */
  ENGRAM_GRAPH_OFFSET_DECREASES = 2,
  /** offsets[index], the last, is not edge_count. */
  ENGRAM_GRAPH_LAST_OFFSET = 3,
  /** targets[index] is not below node_count. */
  ENGRAM_GRAPH_TARGET = 4,
  /** weights[index] is not finite. */
  ENGRAM_GRAPH_WEIGHT = 5,
  /** The struct's size, node_count or edge_count is not allowed, or an array is missing; `index` is 0. */
  ENGRAM_GRAPH_SIZE = 6,
} engram_graph_fault;

/** The first defect that engram_graph_check found. */
typedef struct engram_graph_defect {
  /** An engram_graph_fault. */
  engram_u64 fault;
  /** Where, counted from 0. */
  engram_u64 index;
} engram_graph_defect;

/** How activation spreads. */
typedef struct engram_spread_options {
  /** sizeof(engram_spread_options) as the caller was compiled. Anything else is refused. */
  engram_u64 struct_size_bytes;
  /** Iterations, 1 or more. */
  engram_u64 iterations;
  /** What is left of an activation over one edge, besides its weight: above 0 and at most 1. */
  float decay_per_hop;
  /** A node with less activation than this does not fire; 0 or more. At 0 every node fires, those with negative
   *  activation too. */
  float firing_threshold;
} engram_spread_options;

/* ---- The process's arenas: any thread, any time ------------------------------------------------------------- */

/** The ABI version this library was built with. */
engram_u32 engram_abi_version(void);

/**
 * Changes the settings. Arenas made from now on have them; an existing arena takes them on when it is next empty: no
 * mark is open and nothing is in use, which for a lease that nobody holds is at once. Marks in flight finish on the
 * region and strategy they have; max_fallback_bytes and max_total_bytes apply at once, to what is asked for from then
 * on.
 * ENGRAM_INVALID_ARGUMENT: a field is outside what engram_config allows. ENGRAM_SYSTEM_ERROR: the system cannot
 * reserve one region of that size (tried and given back when the size changes). In both cases the settings stay as
 * they were.
 */
engram_status engram_configure(const engram_config *config);

/** engram_configure with a pool size in MiB and an engram_overflow_strategy; the other settings stay. */
engram_status engram_configure_arena(engram_u32 pool_size_mb, engram_u32 overflow_strategy);

/** Writes the settings in force to `config`, whose struct_size_bytes must be set. */
engram_status engram_read_config(engram_config *config);

/** Writes resets, overflows of every kind, and the largest high-water mark in bytes. Each may be null. */
engram_status engram_arena_stats(engram_u64 *total_resets, engram_u64 *total_overflows,
                                 engram_u64 *max_high_water_mark);

/** Writes all totals and gauges to `stats`, whose struct_size_bytes must be set. */
engram_status engram_read_stats(engram_stats *stats);

/**
 * Lists the arenas that have an owner or wait in the pool, and the quarantined regions, in no particular order. A snapshot
 * taken without stopping anyone: what is said of one arena was true of it together at one moment, or while it was at work
 * within a few moments; used_bytes and high_water_mark_bytes are never above capacity_bytes.
 *
 * struct_size_bytes  sizeof(engram_arena_usage) as the caller was compiled. Anything else is refused.
 * arenas        room for `capacity`; written: one for each arena. May be null where `capacity` is 0.
 * count         written: how many there are. Where that is above `capacity`, nothing else that is of use is written, and
 *               the status is ENGRAM_OUTPUT_TOO_SMALL; there may be more of them at the next call.
 */
engram_status engram_list_arenas(engram_u64 struct_size_bytes, engram_arena_usage *arenas, engram_u64 capacity,
                                 engram_u64 *count);

/**
 * Asks that every arena without an open mark be rewound to empty; one that was not empty counts a reset. The calling
 * thread's own arena and idle leases are served at once, another thread's when it next opens an outermost mark.
 * ENGRAM_ARENA_IN_USE: the calling thread's own arena has open marks; nothing was asked of anyone.
 */
engram_status engram_reset_arenas(void);

/**
 * Gives the physical memory that arenas do not use back to the system, but for explicit huge pages; they stay reserved.
 * Leases that nobody holds are served at once, and so are the idle arenas of threads where the system can order memory
 * across processors (membarrier); all others when their owner next opens an outermost mark. Returns the bytes of the
 * memory that was given back at once, by the estimate of touched_bytes.
 */
engram_u64 engram_trim_arenas(void);

/** Starts a new epoch: totals count from 0, high-water marks restart from what is in use. Counters of headers are not
 *  cleared. A rewind that runs at this very moment may count its high-water mark in either epoch. */
void engram_reset_arena_metrics(void);

/* ---- Getting an arena ------------------------------------------------------------------------------------------ */

/**
 * The calling thread's own arena, made at the first call. Borrowed: valid until the thread ends, when it is given back
 * by itself. Never hold it across a point where the code may go on on another thread: lease one there.
 * ENGRAM_SYSTEM_ERROR: no region could be reserved, or the end of the thread not be watched; a later call tries again.
 * ENGRAM_POOL_EXHAUSTED: max_total_bytes is reached. Under ENGRAM_OVERFLOW_FALLBACK that is no failure: the arena has
 * no region until one can be had, and what is allocated in it overflows.
 */
engram_status engram_thread_arena(engram_arena **arena, engram_failure *failure);

/** The calling thread's own arena, or null if it has none. Makes nothing. */
engram_arena *engram_thread_arena_if_any(void);

/**
 * An arena that belongs to no thread, from the pool of idle ones or newly made. Owned: give it back with
 * engram_return_arena. Successive calls on it may come from different threads, ordered by the caller, one at a time.
 * While no mark is open and nothing is in use, others may take its region; it has one again at its next mark.
 * ENGRAM_SYSTEM_ERROR, ENGRAM_POOL_EXHAUSTED: as for engram_thread_arena.
 */
engram_status engram_lease_arena(engram_arena **arena, engram_failure *failure);

/** Ends a lease. ENGRAM_ARENA_IN_USE: it has open marks and stays leased. ENGRAM_INVALID_ARGUMENT: it is not leased. */
engram_status engram_return_arena(engram_arena *arena);

/**
 * Takes a lease back from a holder that is gone for good, with whatever it left in it: its open marks count as
 * abandoned.
 * ENGRAM_INVALID_ARGUMENT: it is not leased.
 */
engram_status engram_recover_arena(engram_arena *arena);

/**
 * Sets the arena's region and chunks aside with what is in them, and goes on with a fresh region: for an owner who
 * cannot tell that nobody reads the old one any more. Its open marks close and count as abandoned; a reset is counted
 * as at the rewind of an outermost mark. Writes `quarantined`, which stands for what was set aside. Owned: give it back
 * with engram_release_quarantined.
 * ENGRAM_SYSTEM_ERROR, ENGRAM_POOL_EXHAUSTED: there is no fresh region; nothing changed.
 */
engram_status engram_quarantine_arena(engram_arena *arena, engram_arena **quarantined, engram_failure *failure);

/** Frees what engram_quarantine_arena set aside. Any thread. ENGRAM_INVALID_ARGUMENT: it is not quarantined. */
engram_status engram_release_quarantined(engram_arena *quarantined);

/* ---- Using an arena: its owner only ---------------------------------------------------------------------------- */

/**
 * Obeys what others asked of this arena: new settings, a reset, a trim, a new metrics epoch. Call it when `requests`
 * is not 0 and no mark is open. Where the new settings want a region that cannot be had the old one stays, and the
 * call still succeeds; where something is in use without a mark, new settings wait and `requests` stays.
 * ENGRAM_ARENA_IN_USE: a mark is open. A new epoch has begun all the same; the other requests wait.
 * ENGRAM_SYSTEM_ERROR, ENGRAM_POOL_EXHAUSTED: others needed the arena's region, and there is no other one.
 */
engram_status engram_arena_serve(engram_arena *arena);

/**
 * Allocates `size_bytes` at an address that is a multiple of `alignment_bytes`, a power of two up to
 * ENGRAM_ALIGNMENT_BYTES_MAX. The memory is not cleared. Borrowed: valid until rewind; without an open mark, until
 * the arena is reset or returned or its thread ends, which counts a reset. Size 0 gives an aligned address that must
 * not be read; it overflows where even that lies beyond the region.
 * ENGRAM_ARENA_OVERFLOW: it does not fit, or under fallback max_fallback_bytes is reached, or max_total_bytes and no
 * idle arena has as much to give.
 * ENGRAM_SYSTEM_ERROR: a chunk could not be had. Both are counted as a failed overflow. Without an open mark the arena
 * may first need a region again, and obeys all requests then: ENGRAM_SYSTEM_ERROR and ENGRAM_POOL_EXHAUSTED as for
 * engram_arena_serve, counted as a refused arena. Under ENGRAM_OVERFLOW_PANIC an overflow does not return.
 */
engram_status engram_arena_allocate(engram_arena *arena, engram_u64 size_bytes, engram_u64 alignment_bytes,
                                    void **address, engram_failure *failure);

/** Opens a mark, obeying requests first if it is an outermost one. Marks are rewound in reverse order of opening, each
 *  once; an older one cannot be told from the newest, so the order is the caller's to keep.
 *  ENGRAM_SYSTEM_ERROR, ENGRAM_POOL_EXHAUSTED: as for engram_arena_serve; no mark was opened. */
engram_status engram_arena_mark(engram_arena *arena, engram_mark *mark, engram_failure *failure);

/**
 * Rewinds to `mark`, the newest open one: updates the high-water mark, adds the bytes given back to allocated_bytes,
 * restores offset_bytes, frees the chunks taken since, wipes what was used if zero_on_reset is set, subtracts 1 from
 * depth and, for an outermost mark under which something was allocated, adds 1 to reset_count; for another one, sets
 * used_since_reset.
 * ENGRAM_INVALID_ARGUMENT: no mark is open, or the mark lies above what is in use.
 */
engram_status engram_arena_rewind(engram_arena *arena, const engram_mark *mark);

/* ---- Kernels ----------------------------------------------------------------------------------------------------
 *
 * Where a kernel takes an arena, the caller is its owner; scratch lies above what is in use, under a mark of the
 * kernel's own, and what is in use is as before the call. Everything else that is passed is borrowed for the call,
 * may be read by other threads meanwhile, and needs the alignment of its elements only; rows on 64-byte boundaries
 * are fastest. Outputs must not overlap inputs. A kernel completes or leaves its outputs untouched.
 *
 * On one CPU level equal inputs give equal bits, wherever they lie; levels differ within the errors that are stated.
 * No kernel changes the floating-point control word.
 */

/** The level in force, an engram_cpu_level: the highest that this CPU and its operating system can run, unless
 *  engram_limit_cpu_level chose a lower one. */
engram_u32 engram_current_cpu_level(void);

/** Has all later kernel calls run at a level, to compare or to test. ENGRAM_INVALID_ARGUMENT: it is none of this
 *  architecture, or above what runs here; the level stays. */
engram_status engram_limit_cpu_level(engram_u32 level);

/**
 * Cosine similarity of one query with many candidates.
 *
 * query         `dimensions` floats.
 * query_norm    the query's norm as engram_vector_norms writes it, or not a number to have it computed.
 * candidates    `count` rows of `dimensions` floats; row i starts at candidates + i * stride.
 * stride        distance between rows, in floats; at least `dimensions`.
 * norms         `count` norms of the rows as engram_vector_norms writes them, or null to have them computed.
 * scores        `count` floats, written: dot(query, row) / (|query| * |row|), clamped to [-1, 1].
 *
 * A row or query with a non-finite element scores NaN; otherwise a zero vector scores 0. Where sums of squares leave
 * the safe range of single precision the row is computed again in double precision. Scores are at most 4e-5 from the
 * exact value, typically less than 1e-6. The order of summation depends on `dimensions` only, and is the same in all
 * functions on vectors and with norms or without.
 *
 * Scratch: for more than one row, a query that is not 64-byte aligned is copied into the arena if it fits what is left,
 * else read in place.
 * ENGRAM_INVALID_ARGUMENT: dimensions or count is 0, stride is less than dimensions, or a size in bytes passes 2^63.
 */
engram_status engram_vector_similarity(engram_arena *arena, const float *query, double query_norm,
                                       const float *candidates, engram_u64 dimensions, engram_u64 count,
                                       engram_u64 stride, const double *norms, float *scores);

/**
 * engram_vector_similarity of eight rows that lie anywhere, for rows that are arrays of their own: the same bits, in
 * less time than eight calls. Rows may be the same. Nothing is staged, and no arena needed.
 *
 * rows_ahead    rows that are to be scored next, 0 if that is not known. For many, of 256 elements or more, evenly spaced
 *               rows are taken to go on so, and the next eight are fetched into the cache; of others, those of this call
 *               that follow. A guess that is wrong costs time only.
 * scores        8 floats, written: in the order of the rows.
 *
 * ENGRAM_INVALID_ARGUMENT: dimensions is 0, a pointer is null, or the size of a row in bytes passes 2^63.
 */
engram_status engram_vector_similarity_of_eight(const float *query, double query_norm, const float *row_0,
                                                const float *row_1, const float *row_2, const float *row_3,
                                                const float *row_4, const float *row_5, const float *row_6,
                                                const float *row_7, engram_u64 dimensions, engram_u64 rows_ahead,
                                                float *scores);

/**
 * Cosine similarity of many queries with many candidates: each row is read once for several queries. As
 * engram_vector_similarity otherwise, with the same bits.
 *
 * queries       `query_count` rows of `dimensions` floats, `query_stride` floats apart.
 * scores        query i's scores start at scores + i * score_stride; `score_stride` is at least `count`.
 *
 * Scratch: ENGRAM_ARENA_OVERFLOW and ENGRAM_SYSTEM_ERROR as for engram_arena_allocate, ENGRAM_SYSTEM_ERROR and
 * ENGRAM_POOL_EXHAUSTED as for engram_arena_mark.
 */
engram_status engram_vector_similarity_batch(engram_arena *arena, const float *queries, engram_u64 query_count,
                                             engram_u64 query_stride, const float *candidates, engram_u64 dimensions,
                                             engram_u64 count, engram_u64 stride, const double *norms, float *scores,
                                             engram_u64 score_stride, engram_failure *failure);

/**
 * The `k` candidates that are most similar to a query, best first; of equal scores the lower index, and NaN last.
 * As engram_vector_similarity otherwise; `k` is 1 to `count`, and `count` less than 2^32.
 *
 * indices       `k` row numbers, written.
 * scores        their scores, written.
 *
 * Scratch: as for engram_vector_similarity_batch.
 */
engram_status engram_vector_top_k(engram_arena *arena, const float *query, double query_norm, const float *candidates,
                                  engram_u64 dimensions, engram_u64 count, engram_u64 stride, const double *norms,
                                  engram_u64 k, engram_u32 *indices, float *scores, engram_failure *failure);

/**
 * Offers `count` scores, of the rows from `first_index` on, to the best found so far, which are kept best first as
 * engram_vector_top_k writes them: for candidates that come in parts, in ascending order. The last of them has an index
 * below 2^32. `count` may be 0, which changes nothing; no pointer may be null all the same. `k` is 1 to 2^32 - 1.
 *
 * found         how many there are so far, 0 at first; at most `k`. Updated.
 * indices, best_scores    room for `k`; `*found` are read, and written.
 */
engram_status engram_select_top_k(const float *scores, engram_u64 count, engram_u64 first_index, engram_u64 k,
                                  engram_u64 *found, engram_u32 *indices, float *best_scores);

/** Writes the sum of squares of each row, as the functions on vectors take them in. Arguments as there. */
engram_status engram_vector_norms(const float *rows, engram_u64 dimensions, engram_u64 count, engram_u64 stride,
                                  double *norms);

/**
 * Fades memories: strengths[i] *= exp(-ages_seconds[i] / time_constant_seconds), in place. After one time constant
 * 0.3679 of a strength is left; a half-life is a time constant of half-life / ln 2.
 *
 * The factor is within 2 ulp of the float nearest to the true one, exactly 1 for age 0, and exactly 0 where the true
 * one is below half the smallest float. Strengths may be any floats.
 * ENGRAM_INVALID_ARGUMENT: count is 0, an age is above 2^63 - 1, or the time constant is not above 0.
 */
engram_status engram_memory_decay(float *strengths, const engram_u64 *ages_seconds, engram_u64 count,
                                  double time_constant_seconds);

/** Checks offsets, targets and weights as engram_graph says: ENGRAM_INVALID_ARGUMENT, with the first defect in
 *  `defect`, which may be null. */
engram_status engram_graph_check(const engram_graph *graph, engram_graph_defect *defect);

/** Size of the layout that engram_graph_prepare makes for a graph, in bytes; 0 if the graph's counts or arrays are not
 *  allowed. */
engram_u64 engram_graph_layout_bytes(const engram_graph *graph);

/**
 * Orders the edges of a graph for spreading over all of it, so that what is written together lies together. Pays where
 * a graph is spread over many times.
 *
 * graph         checked by engram_graph_check; its own `layout` is not read.
 * layout        engram_graph_layout_bytes(graph) bytes, 64-byte aligned, written. Owned by the caller, who then puts it
 *               into a graph's `layout`. Bound to this graph's node and edge counts.
 *
 * ENGRAM_INVALID_ARGUMENT: the graph has a defect, or `layout` is not 64-byte aligned; nothing is written.
 * Scratch: as for engram_vector_similarity_batch.
 */
engram_status engram_graph_prepare(engram_arena *arena, const engram_graph *graph, void *layout,
                                   engram_failure *failure);

/**
 * Spreads activation along the edges of a graph. In each iteration every node whose activation is at least the firing
 * threshold adds activation * weight * decay_per_hop to each of its targets, from a snapshot of the state before the
 * iteration; then all are divided by the largest, if that is above 1.
 *
 * graph         checked by engram_graph_check.
 * activations   `node_count` finite floats, read and written.
 *
 * The result has the same bits whenever it is computed, with and without a layout, and on every CPU level. Zeros that
 * go into an iteration count as positive. A sum that is too large for a float becomes infinite, and activations not a
 * number.
 * ENGRAM_INVALID_ARGUMENT: an activation is not finite, or an option is outside what engram_spread_options allows.
 * Scratch: node_count floats, as for engram_vector_similarity_batch.
 */
engram_status engram_spread_activation(engram_arena *arena, const engram_graph *graph,
                                       const engram_spread_options *options, float *activations,
                                       engram_failure *failure);

/**
 * engram_spread_activation where few nodes are active: the work is proportional to the edges of those that fire, not to
 * the graph. All nodes that are not named have activation 0.
 *
 * nodes, activations    `count` different nodes and their activations, all finite.
 * reached_nodes, reached_activations    room for `capacity`; written: each node that was named or that something was
 *               added to, ascending by node, with its activation.
 * reached_count written: how many there are. Where that is above `capacity`, nothing else is written, and the status is
 *               ENGRAM_OUTPUT_TOO_SMALL.
 *
 * ENGRAM_INVALID_ARGUMENT: an activation is not finite, a node is not below node_count or named twice, or an option is
 * outside what is allowed.
 * Scratch: proportional to the edges of the nodes that fire, at most to node_count; as for
 * engram_vector_similarity_batch.
 */
engram_status engram_spread_from(engram_arena *arena, const engram_graph *graph, const engram_spread_options *options,
                                 const engram_u32 *nodes, const float *activations, engram_u64 count,
                                 engram_u64 capacity, engram_u32 *reached_nodes, float *reached_activations,
                                 engram_u64 *reached_count, engram_failure *failure);

#ifdef __cplusplus
}
#endif

#endif /* ENGRAM_ARENA_H */

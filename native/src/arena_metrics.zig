//! Counters: one writer each, any number of readers.
//!
//! An arena's owner alone changes its counters, so they need no locked instruction; they are atomic only so that
//! a reader sees whole words. Totals are a sum over all slots. `resetMetrics` clears nothing: it remembers the sum as
//! a baseline and starts a new epoch.

const std = @import("std");
const tracking = @import("tracking");

/// Reads a word that another thread may be writing.
pub inline fn load(word: anytype) @TypeOf(word.*) {
    return @atomicLoad(@TypeOf(word.*), word, .monotonic);
}

/// Writes a word that others may be reading. For the word's one writer.
pub inline fn store(word: anytype, value: @TypeOf(word.*)) void {
    @atomicStore(@TypeOf(word.*), word, value, .monotonic);
}

/// Adds to a counter. For the counter's one writer.
pub inline fn add(counter: *u64, amount: u64) void {
    if (tracking.enabled) store(counter, load(counter) +% amount);
}

/// Raises a maximum, before what it is the maximum of is lowered: a reader that sees that sees this. For its one writer.
pub inline fn raise(maximum: *u64, value: u64) void {
    if (tracking.enabled and value > load(maximum)) @atomicStore(u64, maximum, value, .release);
}

/// The C struct `engram_stats`.
pub const StatsAbi = extern struct {
    struct_size_bytes: u64 = @sizeOf(StatsAbi),
    epoch: u64 = 0,
    total_scopes: u64 = 0,
    total_resets: u64 = 0,
    total_allocated_bytes: u64 = 0,
    total_overflow_errors: u64 = 0,
    total_overflow_fallbacks: u64 = 0,
    total_fallback_bytes: u64 = 0,
    total_abandoned: u64 = 0,
    total_refused_arenas: u64 = 0,
    total_failed_remaps: u64 = 0,
    max_high_water_mark_bytes: u64 = 0,
    live_arenas: u64 = 0,
    reserved_bytes: u64 = 0,
    used_bytes: u64 = 0,
    held_fallback_bytes: u64 = 0,
    touched_bytes: u64 = 0,
    quarantined_bytes: u64 = 0,
    huge_pages_error: u64 = 0,
    failed_remap_error: u64 = 0,

    pub fn totalOverflows(stats: *const StatsAbi) u64 {
        return stats.total_overflow_errors + stats.total_overflow_fallbacks;
    }

    /// False, and untouched, if the caller was compiled with another struct.
    pub fn write(target: *StatsAbi, stats: StatsAbi) bool {
        if (target.struct_size_bytes != @sizeOf(StatsAbi)) return false;
        target.* = stats;
        return true;
    }
};

/// The counters of a slot and of its group, or sums of them. Field names are those of the arena header and of
/// `GroupCounters`.
pub const Counters = extern struct {
    scope_count: u64 = 0,
    reset_count: u64 = 0,
    allocated_bytes: u64 = 0,
    overflow_error_count: u64 = 0,
    overflow_fallback_count: u64 = 0,
    overflow_fallback_bytes: u64 = 0,
    abandoned_count: u64 = 0,
    refused_arena_count: u64 = 0,
    failed_remap_count: u64 = 0,

    const field_names = std.meta.fieldNames(Counters);

    /// Adds what `source` has of these counters.
    pub fn addFrom(sum: *Counters, source: anytype) void {
        // Acquire, so that Epoch.unchangedSince is not ordered before what it vouches for.
        inline for (field_names) |name| {
            if (@hasField(std.meta.Child(@TypeOf(source)), name))
                @field(sum, name) +%= @atomicLoad(u64, &@field(source, name), .acquire);
        }
    }

    pub fn since(now: Counters, baseline: *const Counters) Counters {
        var difference: Counters = .{};
        inline for (field_names) |name| {
            @field(difference, name) = @field(now, name) -% @field(baseline, name);
        }
        return difference;
    }

    pub fn publish(target: *Counters, value: Counters) void {
        // Release: whoever sees a new value also sees the version odd.
        inline for (field_names) |name| @atomicStore(u64, &@field(target, name), @field(value, name), .release);
    }
};

/// What happens to no arena in particular. Counted by any thread, on rare paths only.
pub const GroupCounters = struct {
    refused_arena_count: u64 = 0,
    failed_remap_count: u64 = 0,

    pub fn addOne(counter: *u64) void {
        if (tracking.enabled) _ = @atomicRmw(u64, counter, .Add, 1, .monotonic);
    }
};

/// A baseline and its epoch, written under the group's lock and read without it.
/// A seqlock: `version` is odd while they change, so a reader that saw the same even version before and after has a pair.
pub const Epoch = struct {
    version: std.atomic.Value(u64) = .init(0),
    number: std.atomic.Value(u64) = .init(0),
    baseline: Counters = .{},

    pub fn current(epoch: *const Epoch) u64 {
        return epoch.number.load(.acquire);
    }

    /// From here to `startNext` readers wait. Under the group's lock.
    pub fn endCurrent(epoch: *Epoch) void {
        _ = epoch.version.fetchAdd(1, .acq_rel);
    }

    /// Starts the next epoch from `totals`. Under the group's lock.
    pub fn startNext(epoch: *Epoch, totals: Counters) void {
        epoch.baseline.publish(totals);
        _ = epoch.number.fetchAdd(1, .release);
        _ = epoch.version.fetchAdd(1, .release);
    }

    /// The version to compare after reading, once no change is under way.
    pub fn beginRead(epoch: *const Epoch) u64 {
        while (true) {
            const version = epoch.version.load(.acquire);
            if (version % 2 == 0) return version;
            // Whoever changes them may have lost its processor just now.
            _ = std.os.linux.sched_yield();
        }
    }

    pub fn unchangedSince(epoch: *const Epoch, version: u64) bool {
        return epoch.version.load(.monotonic) == version;
    }
};

const testing = std.testing;

test "counters count from the baseline of their epoch" {
    var epoch: Epoch = .{};
    const before: Counters = .{ .reset_count = 5, .allocated_bytes = 100 };
    epoch.endCurrent();
    epoch.startNext(before);
    const after: Counters = .{ .reset_count = 8, .allocated_bytes = 100, .scope_count = 1 };
    const difference = after.since(&epoch.baseline);
    try testing.expectEqual(1, epoch.current());
    try testing.expectEqual(3, difference.reset_count);
    try testing.expectEqual(0, difference.allocated_bytes);
    try testing.expectEqual(1, difference.scope_count);
}

test "a reader notices an epoch that began meanwhile" {
    var epoch: Epoch = .{};
    const version = epoch.beginRead();
    try testing.expect(epoch.unchangedSince(version));
    epoch.endCurrent();
    epoch.startNext(.{});
    try testing.expect(!epoch.unchangedSince(version));
}

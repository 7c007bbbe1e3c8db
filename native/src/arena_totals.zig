//! Totals and gauges of a group: sums over its slots.

const allocator = @import("allocator.zig");
const metrics = @import("arena_metrics.zig");
const regions = @import("arena_regions.zig");
const Group = @import("arena_group.zig").Group;
const Slot = @import("arena_slots.zig").Slot;

const load = metrics.load;

pub fn sumCounters(group: *const Group) metrics.Counters {
    var sum: metrics.Counters = .{};
    sum.addFrom(&group.counters);
    var slots = group.slots.iterate();
    while (slots.next()) |slot| sum.addFrom(&slot.arena.header);
    return sum;
}

/// Has each arena counted from here. Under the group's lock.
pub fn countFromHere(group: *Group) void {
    var slots = group.slots.iterate();
    while (slots.next()) |slot| slot.countFromHere();
}

/// A snapshot, taken without stopping anyone: again whenever an epoch began meanwhile.
pub fn read(group: *const Group) metrics.StatsAbi {
    @setRuntimeSafety(true);
    while (true) {
        const version = group.epoch.beginRead();
        var baseline: metrics.Counters = .{};
        baseline.addFrom(&group.epoch.baseline);
        const counted = sumCounters(group).since(&baseline);
        var stats: metrics.StatsAbi = .{
            .epoch = group.epoch.current(),
            .total_scopes = counted.scope_count,
            .total_resets = counted.reset_count,
            .total_allocated_bytes = counted.allocated_bytes,
            .total_overflow_errors = counted.overflow_error_count,
            .total_overflow_fallbacks = counted.overflow_fallback_count,
            .total_fallback_bytes = counted.overflow_fallback_bytes,
            .total_abandoned = counted.abandoned_count,
            .total_refused_arenas = counted.refused_arena_count,
            .total_failed_remaps = counted.failed_remap_count,
            .held_fallback_bytes = group.budget.fallback.held(),
            .huge_pages_error = group.huge_pages_error.load(.monotonic),
            .failed_remap_error = group.failed_remap_error.load(.monotonic),
        };
        readGauges(group, &stats);
        if (group.epoch.unchangedSince(version)) return stats;
    }
}

fn readGauges(group: *const Group, stats: *metrics.StatsAbi) void {
    @setRuntimeSafety(true);
    const held_before = group.budget.region_bytes.load(.monotonic);
    var slots = group.slots.iterate();
    while (slots.next()) |slot| {
        const header = &slot.arena.header;
        // The marks of those who had the slot before still count.
        if (slot.use.load(.acquire) == .quarantined) stats.quarantined_bytes += load(&header.capacity_bytes);
        const used = @atomicLoad(u64, &header.offset_bytes, .acquire);
        stats.used_bytes += used;
        stats.max_high_water_mark_bytes = @max(stats.max_high_water_mark_bytes, used, highWaterMark(slot, stats.epoch));
        if (load(&header.base) == null) continue;
        stats.live_arenas += 1;
        stats.reserved_bytes += load(&header.capacity_bytes);
        stats.touched_bytes += regions.touchedBytes(slot);
    }
    // A region that changed hands meanwhile may be in the sum twice, and one that was given back still be in it.
    const held = @max(held_before, group.budget.region_bytes.load(.monotonic));
    stats.reserved_bytes = @min(stats.reserved_bytes, held -| stats.quarantined_bytes);
}

fn highWaterMark(slot: *const Slot, epoch: u64) u64 {
    const own = ownHighWaterMark(&slot.arena.header, epoch);
    const past_epoch = @atomicLoad(u64, &slot.past_epoch, .acquire);
    const past = @atomicLoad(u64, &slot.past_high_water_mark_bytes, .acquire);
    return @max(own, if (past_epoch == epoch) past else 0);
}

/// The mark of an arena's present owner and region; one of another epoch is none.
pub fn ownHighWaterMark(header: *const allocator.Header, epoch: u64) u64 {
    const own_epoch = @atomicLoad(u64, &header.epoch, .acquire);
    const own = @atomicLoad(u64, &header.high_water_mark_bytes, .acquire);
    return if (own_epoch == epoch) own else 0;
}

test "no more is reserved than the budget holds while a region is seen in two arenas" {
    const testing = @import("std").testing;
    var group: Group = .{};
    var failure: allocator.Failure = .{};
    const slot = try group.acquire(.thread, &failure);
    defer group.release(slot);
    const held = group.budget.region_bytes.load(.monotonic);
    try testing.expectEqual(held, group.readStats().reserved_bytes);
    const capacity = slot.arena.header.capacity_bytes;
    slot.arena.header.capacity_bytes = 2 * capacity;
    defer slot.arena.header.capacity_bytes = capacity;
    try testing.expectEqual(held, group.readStats().reserved_bytes);
}

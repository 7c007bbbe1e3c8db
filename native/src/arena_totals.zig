//! Totals and gauges of a group: sums over its slots.

const metrics = @import("arena_metrics.zig");
const overflow = @import("overflow.zig");
const arena_slots = @import("arena_slots.zig");

const Slot = arena_slots.Slot;
const Slots = arena_slots.Slots;
const load = metrics.load;

pub fn sumCounters(all: *const Slots) metrics.Counters {
    var sum: metrics.Counters = .{};
    var slots = all.iterate();
    while (slots.next()) |slot| sum.addFrom(&slot.arena.header);
    return sum;
}

/// A snapshot, taken without stopping anyone: again whenever an epoch began meanwhile.
pub fn read(slots: *const Slots, epoch: *const metrics.Epoch, budget: *const overflow.Budget) metrics.StatsAbi {
    @setRuntimeSafety(true);
    while (true) {
        const version = epoch.beginRead();
        var baseline: metrics.Counters = .{};
        baseline.addFrom(&epoch.baseline);
        const counted = sumCounters(slots).since(&baseline);
        var stats: metrics.StatsAbi = .{
            .epoch = epoch.current(),
            .total_scopes = counted.scope_count,
            .total_resets = counted.reset_count,
            .total_allocated_bytes = counted.allocated_bytes,
            .total_overflow_errors = counted.overflow_error_count,
            .total_overflow_fallbacks = counted.overflow_fallback_count,
            .total_fallback_bytes = counted.overflow_fallback_bytes,
            .total_abandoned = counted.abandoned_count,
            .held_fallback_bytes = budget.held_bytes.load(.monotonic),
        };
        readGauges(slots, &stats);
        if (epoch.unchangedSince(version)) return stats;
    }
}

fn readGauges(all: *const Slots, stats: *metrics.StatsAbi) void {
    @setRuntimeSafety(true);
    var slots = all.iterate();
    while (slots.next()) |slot| {
        const header = &slot.arena.header;
        const used = @atomicLoad(u64, &header.offset_bytes, .acquire);
        stats.used_bytes += used;
        stats.max_high_water_mark_bytes = @max(stats.max_high_water_mark_bytes, used, highWaterMark(slot, stats.epoch));
        if (load(&header.base) == null) continue;
        stats.live_arenas += 1;
        stats.reserved_bytes += load(&header.capacity_bytes);
    }
}

fn highWaterMark(slot: *const Slot, epoch: u64) u64 {
    const header = &slot.arena.header;
    const own_epoch = @atomicLoad(u64, &header.epoch, .acquire);
    const own = @atomicLoad(u64, &header.high_water_mark_bytes, .acquire);
    const past_epoch = @atomicLoad(u64, &slot.past_epoch, .acquire);
    const past = @atomicLoad(u64, &slot.past_high_water_mark_bytes, .acquire);
    return @max(if (own_epoch == epoch) own else 0, if (past_epoch == epoch) past else 0);
}

//! A group of arenas: their settings, their owners' coming and going, and their totals. The process has one; tests
//! make more.

const std = @import("std");
const allocator = @import("allocator.zig");
const arena_config = @import("arena_config.zig");
const arena_slots = @import("arena_slots.zig");
const budget = @import("budget.zig");
const metrics = @import("arena_metrics.zig");
const pages = @import("pages.zig");
const regions = @import("arena_regions.zig");
const requests = @import("arena_requests.zig");
const totals = @import("arena_totals.zig");
const Lock = @import("lock.zig").Lock;

const Config = arena_config.Config;
const Error = allocator.Error;
const Failure = allocator.Failure;
const Request = allocator.Request;
const Slot = arena_slots.Slot;
const Use = arena_slots.Use;
const store = metrics.store;

/// A configuration and its number.
pub const Settings = struct {
    config: Config = .{},
    generation: u64 = 0,

    pub fn specification(settings: *const Settings) pages.Specification {
        return .{
            .capacity_bytes = settings.config.capacityBytes(),
            .huge_pages = settings.config.huge_pages,
            .pre_touch = settings.config.pre_touch,
        };
    }
};

/// Memory that is being given back at this moment: who finds no room waits for it, or looks again.
pub const Returns = struct {
    under_way: std.atomic.Value(u32) = .init(0),
    ended: std.atomic.Value(u32) = .init(0),

    pub fn begin(returns: *Returns) void {
        _ = returns.under_way.fetchAdd(1, .acq_rel);
    }

    pub fn end(returns: *Returns) void {
        _ = returns.ended.fetchAdd(1, .acq_rel);
        _ = returns.under_way.fetchSub(1, .acq_rel);
    }

    /// Whether there is or was one since `ended` was read: what was looked through meanwhile may be stale.
    pub fn anySince(returns: *const Returns, ended: u32) bool {
        return returns.under_way.load(.acquire) != 0 or returns.ended.load(.acquire) != ended;
    }
};

pub const Group = struct {
    lock: Lock = .{},
    /// Held while idle arenas are trimmed. Taken before the others.
    trimming: Lock = .{},
    /// Under the lock.
    current: Settings = .{},
    slots: arena_slots.Slots = .{},
    idle: arena_slots.IdlePool = .{},
    budget: budget.Budget = .{ .fallback = .init((Config{}).max_fallback_bytes), .make_room = regions.makeRoom },
    epoch: metrics.Epoch = .{},
    counters: metrics.GroupCounters = .{},
    returns: Returns = .{},
    huge_pages_error: std.atomic.Value(u64) = .init(0),
    failed_remap_error: std.atomic.Value(u64) = .init(0),

    // ---- Settings

    /// Replaces the settings; arenas that exist follow when they are next empty.
    pub fn configure(group: *Group, config: Config) Error!void {
        @setRuntimeSafety(true);
        if (!config.isValid()) return error.InvalidArgument;
        {
            group.lock.acquire();
            defer group.lock.release();
            try group.adopt(config);
        }
        requests.dropIdleLeases(group);
    }

    pub fn configurePool(group: *Group, pool_size_bytes: u64, strategy: arena_config.OverflowStrategy) Error!void {
        @setRuntimeSafety(true);
        {
            group.lock.acquire();
            defer group.lock.release();
            var config = group.current.config;
            config.pool_size_bytes = pool_size_bytes;
            config.overflow = strategy;
            if (!config.isValid()) return error.InvalidArgument;
            try group.adopt(config);
        }
        requests.dropIdleLeases(group);
    }

    /// Under the lock.
    fn adopt(group: *Group, config: Config) Error!void {
        @setRuntimeSafety(true);
        if (config.pool_size_bytes != group.current.config.pool_size_bytes) {
            var diagnostics: pages.Diagnostics = .{};
            const trial: pages.Specification = .{ .capacity_bytes = config.pool_size_bytes };
            (pages.Region.reserve(trial, &diagnostics) catch return error.SystemError).release();
        }
        group.current = .{ .config = config, .generation = group.current.generation + 1 };
        group.budget.fallback.setMax(config.max_fallback_bytes);
        group.budget.total.setMax(config.max_total_bytes);
        group.huge_pages_error.store(0, .monotonic);
        requests.askAll(group, Request.configuration);
    }

    pub fn settings(group: *Group) Settings {
        group.lock.acquire();
        defer group.lock.release();
        return group.current;
    }

    // ---- Slots

    /// A slot with an arena of the current settings, for a thread or a lease.
    pub fn acquire(group: *Group, use: Use, failure: *Failure) Error!*Slot {
        @setRuntimeSafety(true);
        const slot = group.takeSlot(failure) catch |reason| {
            metrics.GroupCounters.addOne(&group.counters.refused_arena_count);
            return reason;
        };
        errdefer group.putSlot(slot);
        store(&slot.arena.header.requests, 0);
        const taken_on = group.settings();
        try regions.follow(slot, taken_on, failure);
        group.lock.acquire();
        defer group.lock.release();
        // Nobody asks anything of a slot without a use: what was asked of all since must be caught up with.
        group.enterEpoch(slot);
        if (group.current.generation != taken_on.generation)
            _ = @atomicRmw(u32, &slot.arena.header.requests, .Or, Request.configuration, .monotonic);
        slot.use.store(use, .release);
        return slot;
    }

    /// Takes a slot back from an owner that is gone, with whatever it left in it.
    pub fn release(group: *Group, slot: *Slot) void {
        @setRuntimeSafety(true);
        group.returns.begin();
        defer group.returns.end();
        requests.leave(slot);
        requests.serveEpoch(slot);
        slot.arena.empty();
        const region = regions.detach(slot);
        group.putSlot(slot);
        if (region) |outgrown| regions.release(group, outgrown);
    }

    pub fn takeSlot(group: *Group, failure: *Failure) Error!*Slot {
        @setRuntimeSafety(true);
        group.lock.acquire();
        defer group.lock.release();
        var diagnostics: pages.Diagnostics = .{};
        errdefer failure.* = .{ .system_error = diagnostics.errno };
        return group.slots.takeFree(group, &diagnostics);
    }

    /// A slot without a region.
    pub fn putSlot(group: *Group, slot: *Slot) void {
        group.lock.acquire();
        defer group.lock.release();
        group.slots.putFree(slot);
    }

    // ---- Totals

    /// Starts an epoch: totals count from 0, owners restart their high-water mark when they see the request.
    pub fn resetMetrics(group: *Group) void {
        @setRuntimeSafety(true);
        group.lock.acquire();
        defer group.lock.release();
        group.epoch.endCurrent();
        totals.countFromHere(group);
        group.epoch.startNext(totals.sumCounters(group));
        requests.askAll(group, Request.epoch);
    }

    /// Restarts an arena's high-water mark in the current epoch, keeping the last one for the group's maximum and for the
    /// estimate of what was touched. For whoever has the arena to itself. An epoch that begins meanwhile leaves its
    /// request behind.
    pub fn enterEpoch(group: *Group, slot: *Slot) void {
        @setRuntimeSafety(true);
        const header = &slot.arena.header;
        const current = group.epoch.current();
        const carried = if (header.epoch == current) header.high_water_mark_bytes else 0;
        const past = if (slot.past_epoch == current) slot.past_high_water_mark_bytes else 0;
        store(&slot.touched_bytes, @max(slot.touched_bytes, header.high_water_mark_bytes));
        // Released, so that whoever sees it with the epoch before finds that one over.
        @atomicStore(u64, &slot.past_high_water_mark_bytes, @max(past, carried), .release);
        @atomicStore(u64, &slot.past_epoch, current, .release);
        // Released, so that whoever sees the mark gone sees where it went.
        @atomicStore(u64, &header.high_water_mark_bytes, 0, .release);
        @atomicStore(u64, &header.epoch, current, .release);
        slot.arena.revise();
    }

    pub fn countFailedRemap(group: *Group, system_error: u32) void {
        metrics.GroupCounters.addOne(&group.counters.failed_remap_count);
        group.failed_remap_error.store(system_error, .monotonic);
    }

    pub fn readStats(group: *Group) metrics.StatsAbi {
        return totals.read(group);
    }
};

const testing = std.testing;
const test_run = @import("test_run.zig");

/// A group of a test's own. Its slabs stay mapped, as they do in the product.
pub fn testGroup(config: Config) !Group {
    var group: Group = .{};
    try group.configure(config);
    return group;
}

test "a group's first arena has the settings of the group" {
    var group = try testGroup(.{ .pool_size_bytes = 3 << 20, .overflow = .fallback });
    var failure: Failure = .{};
    const slot = try group.acquire(.thread, &failure);
    defer group.release(slot);
    try testing.expectEqual(3 << 20, slot.arena.header.capacity_bytes);
    try testing.expectEqual(@backingInt(arena_config.OverflowStrategy.fallback), slot.arena.header.overflow_strategy);
    const stats = group.readStats();
    try testing.expectEqual(1, stats.live_arenas);
    try testing.expectEqual(3 << 20, stats.reserved_bytes);
}

test "settings that are refused leave those in force" {
    var group = try testGroup(.{ .pool_size_bytes = 1 << 20 });
    try testing.expectError(error.InvalidArgument, group.configure(.{ .pool_size_bytes = 0 }));
    try testing.expectError(error.SystemError, group.configure(.{ .pool_size_bytes = arena_config.pool_size_bytes_max }));
    try testing.expectEqual(1 << 20, group.settings().config.pool_size_bytes);
    try testing.expectEqual(1, group.settings().generation);
}

test "an arena takes on new settings when it is next empty, not before" {
    var group = try testGroup(.{});
    var failure: Failure = .{};
    const slot = try group.acquire(.thread, &failure);
    defer group.release(slot);
    const mark = try requests.openMark(slot, &failure);
    _ = try slot.arena.allocate(1000, 8, &failure);
    try group.configure(.{ .pool_size_bytes = 4 << 20, .overflow = .panic });
    try testing.expectError(error.ArenaInUse, requests.serve(slot, &failure));
    try testing.expectEqual(1 << 20, slot.arena.header.capacity_bytes);
    try slot.arena.rewind(mark);
    try testing.expectEqual(1 << 20, slot.arena.header.capacity_bytes);
    try slot.arena.rewind(try requests.openMark(slot, &failure));
    try testing.expectEqual(4 << 20, slot.arena.header.capacity_bytes);
    try testing.expectEqual(@backingInt(arena_config.OverflowStrategy.panic), slot.arena.header.overflow_strategy);
    try testing.expectEqual(4 << 20, group.readStats().reserved_bytes);
}

test "a change of settings waits for memory that was allocated without a mark" {
    var group = try testGroup(.{});
    var failure: Failure = .{};
    const slot = try group.acquire(.thread, &failure);
    defer group.release(slot);
    const kept = try slot.arena.allocate(16, 8, &failure);
    kept[0] = 42;
    try group.configure(.{ .pool_size_bytes = 4 << 20 });
    try requests.serve(slot, &failure);
    try testing.expectEqual(42, kept[0]);
    try testing.expectEqual(1 << 20, slot.arena.header.capacity_bytes);
    slot.arena.empty();
    try requests.serve(slot, &failure);
    try testing.expectEqual(4 << 20, slot.arena.header.capacity_bytes);
}

test "a slot's counters outlive its owners and its mark does not pass to the next" {
    var group = try testGroup(.{});
    var failure: Failure = .{};
    const first = try group.acquire(.thread, &failure);
    const mark = try requests.openMark(first, &failure);
    _ = try first.arena.allocate(5000, 8, &failure);
    try first.arena.rewind(mark);
    group.release(first);
    const second = try group.acquire(.thread, &failure);
    defer group.release(second);
    try testing.expectEqual(first, second);
    try testing.expectEqual(0, second.arena.header.high_water_mark_bytes);
    const stats = group.readStats();
    try testing.expectEqual(1, stats.total_resets);
    try testing.expectEqual(5000, stats.total_allocated_bytes);
    try testing.expectEqual(5000, stats.max_high_water_mark_bytes);
}

test "a new epoch counts from nothing and ignores older high-water marks" {
    var group = try testGroup(.{});
    var failure: Failure = .{};
    const slot = try group.acquire(.thread, &failure);
    defer group.release(slot);
    const outer = try requests.openMark(slot, &failure);
    _ = try slot.arena.allocate(5000, 8, &failure);
    try slot.arena.rewind(outer);
    group.resetMetrics();
    var stats = group.readStats();
    try testing.expectEqual(1, stats.epoch);
    try testing.expectEqual(0, stats.total_resets);
    try testing.expectEqual(0, stats.total_scopes);
    try testing.expectEqual(0, stats.max_high_water_mark_bytes);
    const inner = try requests.openMark(slot, &failure);
    _ = try slot.arena.allocate(700, 1, &failure);
    try testing.expectEqual(700, group.readStats().max_high_water_mark_bytes);
    try slot.arena.rewind(inner);
    stats = group.readStats();
    try testing.expectEqual(1, stats.total_resets);
    try testing.expectEqual(700, stats.max_high_water_mark_bytes);
}

test "more slots than a slab holds" {
    var group = try testGroup(.{ .pool_size_bytes = 64 << 10 });
    var failure: Failure = .{};
    var slots: [300]*Slot = undefined;
    for (&slots) |*slot| slot.* = try group.acquire(.thread, &failure);
    try testing.expectEqual(300, group.readStats().live_arenas);
    for (slots) |slot| group.release(slot);
    const stats = group.readStats();
    try testing.expectEqual(0, stats.live_arenas);
    try testing.expectEqual(0, stats.reserved_bytes);
}

test "what a mark held when an epoch began is in that epoch's maximum after the rewind" {
    var group = try testGroup(.{});
    var failure: Failure = .{};
    const slot = try group.acquire(.thread, &failure);
    defer group.release(slot);
    const mark = try requests.openMark(slot, &failure);
    _ = try slot.arena.allocate(5000, 1, &failure);
    group.resetMetrics();
    try testing.expectEqual(5000, group.readStats().max_high_water_mark_bytes);
    try requests.rewind(slot, mark);
    try testing.expectEqual(5000, group.readStats().max_high_water_mark_bytes);
}

test "mappings are given back: regions, outgrown ones, trial ones, chunks and guard pages" {
    var group = try testGroup(.{ .overflow = .fallback });
    var failure: Failure = .{};
    const first = try group.acquire(.thread, &failure);
    group.release(first);
    const before = try test_run.mappedPages();
    for (1..20) |round| {
        const slot = try group.acquire(.thread, &failure);
        const mark = try requests.openMark(slot, &failure);
        _ = try slot.arena.allocate(8 << 20, 64, &failure);
        try slot.arena.rewind(mark);
        try group.configure(.{ .pool_size_bytes = (1 + round % 2) << 20, .overflow = .fallback });
        try slot.arena.rewind(try requests.openMark(slot, &failure));
        group.release(slot);
    }
    try testing.expectEqual(before, try test_run.mappedPages());
}

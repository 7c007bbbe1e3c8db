//! A group of arenas: their settings, their owners' coming and going, and what is asked of them. The process has one;
//! tests make more.

const std = @import("std");
const allocator = @import("allocator.zig");
const arena_config = @import("arena_config.zig");
const arena_slots = @import("arena_slots.zig");
const metrics = @import("arena_metrics.zig");
const overflow = @import("overflow.zig");
const pages = @import("pages.zig");
const totals = @import("arena_totals.zig");
const Lock = @import("lock.zig").Lock;

const Config = arena_config.Config;
const Error = allocator.Error;
const Failure = allocator.Failure;
const Request = allocator.Request;
const Slot = arena_slots.Slot;
const Use = arena_slots.Use;
const load = metrics.load;
const store = metrics.store;

pub const Group = struct {
    lock: Lock = .{},
    /// Under the lock.
    config: Config = .{},
    /// Number of changes of `config`. Under the lock.
    generation: u64 = 0,
    slots: arena_slots.Slots = .{},
    idle: arena_slots.IdlePool = .{},
    budget: overflow.Budget = .{ .max_bytes = .init((Config{}).max_fallback_bytes) },
    epoch: metrics.Epoch = .{},

    // ---- Settings

    /// Replaces the settings; arenas that exist follow when they are next empty.
    pub fn configure(group: *Group, config: Config) Error!void {
        @setRuntimeSafety(true);
        group.lock.acquire();
        defer group.lock.release();
        try group.configureLocked(config);
    }

    pub fn configurePool(group: *Group, pool_size_bytes: u64, strategy: arena_config.OverflowStrategy) Error!void {
        @setRuntimeSafety(true);
        group.lock.acquire();
        defer group.lock.release();
        var config = group.config;
        config.pool_size_bytes = pool_size_bytes;
        config.overflow = strategy;
        try group.configureLocked(config);
    }

    fn configureLocked(group: *Group, config: Config) Error!void {
        @setRuntimeSafety(true);
        if (!config.isValid()) return error.InvalidArgument;
        if (config.pool_size_bytes != group.config.pool_size_bytes) {
            var diagnostics: pages.Diagnostics = .{};
            const trial = pages.Region.reserve(config.pool_size_bytes, &diagnostics) catch return error.SystemError;
            trial.release();
        }
        group.config = config;
        group.generation += 1;
        group.budget.max_bytes.store(config.max_fallback_bytes, .monotonic);
        group.request(Request.configuration);
    }

    pub fn readConfig(group: *Group) Config {
        group.lock.acquire();
        defer group.lock.release();
        return group.config;
    }

    // ---- Requests to owners

    /// Leaves a request with every arena. Under the lock, so that an arena made meanwhile either gets it or, made later,
    /// does not need it.
    fn request(group: *Group, bit: u32) void {
        var slots = group.slots.iterate();
        while (slots.next()) |slot| {
            if (load(&slot.arena.header.base) != null)
                _ = @atomicRmw(u32, &slot.arena.header.requests, .Or, bit, .release);
        }
    }

    /// Asks every arena without an open mark to empty itself. `own` is the caller's, which must have none, and is
    /// served at once.
    pub fn resetArenas(group: *Group, own: ?*Slot) Error!void {
        @setRuntimeSafety(true);
        if (own) |slot| if (slot.arena.header.depth != 0) return error.ArenaInUse;
        {
            group.lock.acquire();
            defer group.lock.release();
            group.request(Request.reset);
        }
        if (own) |slot| try group.serve(slot);
    }

    /// Opens a mark in an arena, after obeying what others asked if it is an outermost one.
    pub fn openMark(group: *Group, slot: *Slot) Error!allocator.Mark {
        @setRuntimeSafety(true);
        const header = &slot.arena.header;
        if (header.depth == 0 and load(&header.requests) != 0) try group.serve(slot);
        return slot.arena.mark();
    }

    /// Obeys what others asked of an arena. For its owner, while no mark is open.
    pub fn serve(group: *Group, slot: *Slot) Error!void {
        @setRuntimeSafety(true);
        const header = &slot.arena.header;
        group.serveEpoch(slot);
        if (header.depth != 0) return error.ArenaInUse;
        const wanted = @atomicRmw(u32, &header.requests, .Xchg, 0, .acquire);
        if (wanted & Request.reset != 0) try slot.arena.reset();
        if (wanted & Request.epoch != 0) group.enterEpoch(slot);
        if (wanted & Request.configuration != 0) {
            if (slot.arena.isEmpty()) {
                group.follow(slot);
            } else {
                _ = @atomicRmw(u32, &header.requests, .Or, Request.configuration, .monotonic);
            }
        }
    }

    /// Enters an epoch that began meanwhile, also under open marks: what is in use now is in use in that epoch, and a
    /// rewind must not credit it to the old one.
    pub fn serveEpoch(group: *Group, slot: *Slot) void {
        const requests = &slot.arena.header.requests;
        if (load(requests) & Request.epoch == 0) return;
        _ = @atomicRmw(u32, requests, .And, ~Request.epoch, .acquire);
        group.enterEpoch(slot);
    }

    /// Rewinds an arena to its newest open mark. For its owner.
    pub fn rewind(group: *Group, slot: *Slot, to: allocator.Mark) Error!void {
        @setRuntimeSafety(true);
        group.serveEpoch(slot);
        try slot.arena.rewind(to);
    }

    /// Takes on the group's settings in an empty arena.
    fn follow(group: *Group, slot: *Slot) void {
        @setRuntimeSafety(true);
        const header = &slot.arena.header;
        var outgrown: ?pages.Region = null;
        // Giving back touched pages takes time, which nobody should have to wait for.
        defer if (outgrown) |region| region.release();
        group.lock.acquire();
        defer group.lock.release();
        if (header.generation == group.generation) return;
        if (header.capacity_bytes != group.config.pool_size_bytes) {
            var diagnostics: pages.Diagnostics = .{};
            // The old region stays where no new one can be had: scratch of another size beats none.
            if (pages.Region.reserve(group.config.pool_size_bytes, &diagnostics)) |region| {
                outgrown = slot.region;
                attach(slot, region, group.config.pool_size_bytes);
            } else |_| {}
        }
        store(&header.overflow_strategy, @backingInt(group.config.overflow));
        store(&header.generation, group.generation);
    }

    fn attach(slot: *Slot, region: pages.Region, capacity_bytes: u64) void {
        slot.region = region;
        store(&slot.arena.header.base, region.bytes.ptr);
        store(&slot.arena.header.capacity_bytes, capacity_bytes);
    }

    // ---- Slots

    /// A slot with a region of the current settings, for a thread or a lease.
    pub fn acquire(group: *Group, use: Use, failure: *Failure) Error!*Slot {
        @setRuntimeSafety(true);
        group.lock.acquire();
        defer group.lock.release();
        var diagnostics: pages.Diagnostics = .{};
        errdefer failure.* = .{
            .system_error = diagnostics.errno,
            .requested_bytes = group.config.pool_size_bytes,
        };
        const region = pages.Region.reserve(group.config.pool_size_bytes, &diagnostics) catch return error.SystemError;
        errdefer region.release();
        const slot = try group.slots.takeFree(group, &diagnostics);
        const header = &slot.arena.header;
        attach(slot, region, group.config.pool_size_bytes);
        store(&header.overflow_strategy, @backingInt(group.config.overflow));
        store(&header.requests, 0);
        store(&header.generation, group.generation);
        group.enterEpoch(slot);
        slot.use.store(use, .release);
        return slot;
    }

    /// Takes a slot back from an owner that is gone, with whatever it left in it.
    pub fn release(group: *Group, slot: *Slot) void {
        @setRuntimeSafety(true);
        const header = &slot.arena.header;
        group.serveEpoch(slot);
        metrics.add(&header.abandoned_count, header.depth);
        store(&header.depth, 0);
        slot.arena.reset() catch unreachable;
        store(&header.base, null);
        store(&header.capacity_bytes, 0);
        slot.region.?.release();
        slot.region = null;
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
        group.epoch.startNext(totals.sumCounters(&group.slots));
        group.request(Request.epoch);
    }

    /// Restarts an arena's high-water mark in the current epoch, keeping the last one for the group's maximum. For its
    /// owner. An epoch that begins meanwhile leaves its request behind.
    pub fn enterEpoch(group: *Group, slot: *Slot) void {
        @setRuntimeSafety(true);
        const header = &slot.arena.header;
        const current = group.epoch.current();
        const carried = if (header.epoch == current) header.high_water_mark_bytes else 0;
        const past = if (slot.past_epoch == current) slot.past_high_water_mark_bytes else 0;
        store(&slot.past_high_water_mark_bytes, @max(past, carried));
        @atomicStore(u64, &slot.past_epoch, current, .release);
        // Released, so that whoever sees the mark gone sees where it went.
        @atomicStore(u64, &header.high_water_mark_bytes, 0, .release);
        @atomicStore(u64, &header.epoch, current, .release);
    }

    pub fn readStats(group: *Group) metrics.StatsAbi {
        return totals.read(&group.slots, &group.epoch, &group.budget);
    }
};

const testing = std.testing;

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
    try testing.expectEqual(1 << 20, group.readConfig().pool_size_bytes);
    try testing.expectEqual(1, group.generation);
}

test "an arena takes on new settings when it is next empty, not before" {
    var group = try testGroup(.{});
    var failure: Failure = .{};
    const slot = try group.acquire(.thread, &failure);
    defer group.release(slot);
    const mark = try group.openMark(slot);
    _ = try slot.arena.allocate(1000, 8, &failure);
    try group.configure(.{ .pool_size_bytes = 4 << 20, .overflow = .panic });
    try testing.expectError(error.ArenaInUse, group.serve(slot));
    try testing.expectEqual(1 << 20, slot.arena.header.capacity_bytes);
    try slot.arena.rewind(mark);
    try testing.expectEqual(1 << 20, slot.arena.header.capacity_bytes);
    try slot.arena.rewind(try group.openMark(slot));
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
    try group.serve(slot);
    try testing.expectEqual(42, kept[0]);
    try testing.expectEqual(1 << 20, slot.arena.header.capacity_bytes);
    try slot.arena.reset();
    try group.serve(slot);
    try testing.expectEqual(4 << 20, slot.arena.header.capacity_bytes);
}

test "resetArenas empties the caller's arena at once and another at its next mark" {
    var group = try testGroup(.{});
    var failure: Failure = .{};
    const mine = try group.acquire(.thread, &failure);
    defer group.release(mine);
    const other = try group.acquire(.thread, &failure);
    defer group.release(other);
    _ = try mine.arena.allocate(100, 8, &failure);
    _ = try other.arena.allocate(200, 8, &failure);
    try group.resetArenas(mine);
    try testing.expectEqual(0, mine.arena.header.offset_bytes);
    try testing.expectEqual(200, other.arena.header.offset_bytes);
    try testing.expectEqual(1, group.readStats().total_resets);
    const mark = try group.openMark(other);
    try testing.expectEqual(0, other.arena.header.offset_bytes);
    try testing.expectEqual(2, group.readStats().total_resets);
    try testing.expectError(error.ArenaInUse, group.resetArenas(other));
    try other.arena.rewind(mark);
}

test "a slot's counters outlive its owners and its mark does not pass to the next" {
    var group = try testGroup(.{});
    var failure: Failure = .{};
    const first = try group.acquire(.thread, &failure);
    const mark = try group.openMark(first);
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
    const outer = try group.openMark(slot);
    _ = try slot.arena.allocate(5000, 8, &failure);
    try slot.arena.rewind(outer);
    group.resetMetrics();
    var stats = group.readStats();
    try testing.expectEqual(1, stats.epoch);
    try testing.expectEqual(0, stats.total_resets);
    try testing.expectEqual(0, stats.total_scopes);
    try testing.expectEqual(0, stats.max_high_water_mark_bytes);
    const inner = try group.openMark(slot);
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
    const mark = try group.openMark(slot);
    _ = try slot.arena.allocate(5000, 1, &failure);
    group.resetMetrics();
    try testing.expectEqual(5000, group.readStats().max_high_water_mark_bytes);
    try group.rewind(slot, mark);
    try testing.expectEqual(5000, group.readStats().max_high_water_mark_bytes);
}

test "mappings are given back: regions, outgrown ones, trial ones, chunks and guard pages" {
    var group = try testGroup(.{ .overflow = .fallback });
    var failure: Failure = .{};
    const first = try group.acquire(.thread, &failure);
    group.release(first);
    const before = try mappedPages();
    for (1..20) |round| {
        const slot = try group.acquire(.thread, &failure);
        const mark = try group.openMark(slot);
        _ = try slot.arena.allocate(8 << 20, 64, &failure);
        try slot.arena.rewind(mark);
        try group.configure(.{ .pool_size_bytes = (1 + round % 2) << 20, .overflow = .fallback });
        try slot.arena.rewind(try group.openMark(slot));
        group.release(slot);
    }
    try testing.expectEqual(before, try mappedPages());
}

fn mappedPages() !u64 {
    const linux = std.os.linux;
    const fd: i32 = @intCast(linux.open("/proc/self/statm", .{}, 0));
    defer _ = linux.close(fd);
    var buffer: [64]u8 = undefined;
    const length = linux.read(fd, &buffer, buffer.len);
    return std.fmt.parseInt(u64, std.mem.sliceTo(buffer[0..length], ' '), 10);
}

//! A group of arenas: their slots, their settings and their totals. The process has one; tests make more.
//!
//! Slots live in slabs that are never unmapped, so a stale pointer to a header stays readable and totals are one
//! sum over all slots. A slot's region comes and goes with its owners.

const std = @import("std");
const allocator = @import("allocator.zig");
const arena_config = @import("arena_config.zig");
const metrics = @import("arena_metrics.zig");
const overflow = @import("overflow.zig");
const pages = @import("pages.zig");
const Lock = @import("lock.zig").Lock;

const Arena = allocator.Arena;
const Config = arena_config.Config;
const Error = allocator.Error;
const Failure = allocator.Failure;
const Request = allocator.Request;
const load = metrics.load;
const store = metrics.store;

const Use = enum(u32) {
    /// No region; on the group's list of free slots.
    free,
    /// Belongs to a thread.
    thread,
    /// Belongs to whoever holds the lease.
    leased,
    /// Between two leases; keeps its region.
    idle,
};

/// The place of one arena. Its own cache lines, so that owners do not disturb each other.
pub const Slot = struct {
    arena: Arena = .{},
    /// Changed by whoever gives the slot to its next owner.
    use: std.atomic.Value(Use) = .init(.free),
    /// Next on the list of free slots or in the pool of idle ones.
    next: std.atomic.Value(?*Slot) align(8) = .init(null),
    region: ?pages.Region = null,
    group: *Group,
    /// High-water mark of earlier owners in `past_epoch`: an owner's own mark starts from nothing.
    past_high_water_mark_bytes: u64 = 0,
    past_epoch: u64 = 0,

    pub fn fromHeader(header: *allocator.Header) *Slot {
        return @alignCast(@fieldParentPtr("arena", Arena.fromHeader(header)));
    }
};

const Slab = struct {
    next: ?*Slab,
    slots: [slots_per_slab]Slot align(128),

    const slots_per_slab = 128;
};

/// A stack of idle slots without a lock. The head's tag changes with every push and pop: a head that was taken
/// and put back meanwhile is told from one that stayed.
const IdlePool = struct {
    head: std.atomic.Value(u64) = .init(0),

    // A slot's address is a multiple of 128 and, in user space, below 2^48: 41 bits, which leaves 23 for the tag.
    const slot_shift = 7;
    const slot_bits = 41;
    const slot_mask: u64 = (1 << slot_bits) - 1;

    fn slotOf(head: u64) ?*Slot {
        return @ptrFromInt((head & slot_mask) << slot_shift);
    }

    fn headFor(slot: ?*Slot, previous: u64) u64 {
        @setRuntimeSafety(true);
        const address = @intFromPtr(slot) >> slot_shift;
        std.debug.assert(address <= slot_mask);
        const tag = (previous >> slot_bits) +% 1;
        return (tag << slot_bits) | address;
    }

    fn push(pool: *IdlePool, slot: *Slot) void {
        var head = pool.head.load(.monotonic);
        while (true) {
            slot.next.store(slotOf(head), .monotonic);
            head = pool.head.cmpxchgWeak(head, headFor(slot, head), .release, .monotonic) orelse return;
        }
    }

    fn pop(pool: *IdlePool) ?*Slot {
        var head = pool.head.load(.acquire);
        while (true) {
            const slot = slotOf(head) orelse return null;
            // Another thread may pop and push this slot meanwhile: its `next` is then stale, and the tag differs.
            const next = slot.next.load(.monotonic);
            head = pool.head.cmpxchgWeak(head, headFor(next, head), .acquire, .acquire) orelse return slot;
        }
    }
};

pub const Group = struct {
    lock: Lock = .{},
    /// Under the lock.
    config: Config = .{},
    /// Number of changes of `config`. Under the lock.
    generation: u64 = 0,
    /// Under the lock.
    free_slots: ?*Slot = null,
    /// Appended at the front, under the lock; walked without it.
    slabs: std.atomic.Value(?*Slab) = .init(null),
    idle: IdlePool = .{},
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
        var diagnostics: pages.Diagnostics = .{};
        const trial = pages.Region.reserve(config.pool_size_bytes, &diagnostics) catch return error.SystemError;
        trial.release();
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
        var slots = group.iterate();
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
        const slot = try group.takeFreeSlot(&diagnostics);
        const header = &slot.arena.header;
        attach(slot, region, group.config.pool_size_bytes);
        store(&header.overflow_strategy, @backingInt(group.config.overflow));
        store(&header.requests, 0);
        store(&header.generation, group.generation);
        group.enterEpoch(slot);
        slot.use.store(use, .release);
        return slot;
    }

    fn takeFreeSlot(group: *Group, diagnostics: *pages.Diagnostics) Error!*Slot {
        @setRuntimeSafety(true);
        if (group.free_slots == null) try group.addSlab(diagnostics);
        const slot = group.free_slots.?;
        group.free_slots = slot.next.load(.monotonic);
        slot.next.store(null, .monotonic);
        return slot;
    }

    fn addSlab(group: *Group, diagnostics: *pages.Diagnostics) Error!void {
        @setRuntimeSafety(true);
        const memory = pages.allocate(@sizeOf(Slab), diagnostics) catch return error.SystemError;
        const slab: *Slab = @ptrCast(memory.ptr);
        slab.next = group.slabs.load(.monotonic);
        var index = slab.slots.len;
        while (index > 0) {
            index -= 1;
            slab.slots[index] = .{
                .group = group,
                .arena = .{ .chunks = .{ .budget = &group.budget } },
                .next = .init(group.free_slots),
            };
            group.free_slots = &slab.slots[index];
        }
        group.slabs.store(slab, .release);
    }

    /// Takes a slot back from an owner that is gone, with whatever it left in it.
    pub fn release(group: *Group, slot: *Slot) void {
        @setRuntimeSafety(true);
        const header = &slot.arena.header;
        metrics.add(&header.abandoned_count, header.depth);
        store(&header.depth, 0);
        slot.arena.reset() catch unreachable;
        store(&header.base, null);
        store(&header.capacity_bytes, 0);
        slot.region.?.release();
        slot.region = null;
        group.lock.acquire();
        defer group.lock.release();
        slot.use.store(.free, .release);
        slot.next.store(group.free_slots, .monotonic);
        group.free_slots = slot;
    }

    /// An arena that belongs to no thread.
    pub fn lease(group: *Group, failure: *Failure) Error!*Slot {
        @setRuntimeSafety(true);
        const slot = group.idle.pop() orelse return group.acquire(.leased, failure);
        slot.use.store(.leased, .monotonic);
        group.enterEpoch(slot);
        return slot;
    }

    pub fn giveBackLease(group: *Group, slot: *Slot) Error!void {
        @setRuntimeSafety(true);
        if (slot.use.load(.monotonic) != .leased) return error.InvalidArgument;
        try slot.arena.reset();
        // Of two callers that return the same lease one is refused.
        if (slot.use.cmpxchgStrong(.leased, .idle, .monotonic, .monotonic) != null) return error.InvalidArgument;
        group.idle.push(slot);
    }

    // ---- Totals

    /// Starts an epoch: totals count from 0, owners restart their high-water mark when they see the request.
    pub fn resetMetrics(group: *Group) void {
        @setRuntimeSafety(true);
        group.lock.acquire();
        defer group.lock.release();
        group.epoch.startNext(group.sumCounters());
        group.request(Request.epoch);
    }

    /// Restarts an arena's high-water mark in the current epoch, keeping the last one for the group's maximum. For its
    /// owner. An epoch that begins meanwhile leaves its request behind.
    fn enterEpoch(group: *Group, slot: *Slot) void {
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

    fn sumCounters(group: *Group) metrics.Counters {
        var sum: metrics.Counters = .{};
        var slots = group.iterate();
        while (slots.next()) |slot| sum.addFrom(&slot.arena.header);
        return sum;
    }

    pub fn readStats(group: *Group) metrics.StatsAbi {
        @setRuntimeSafety(true);
        while (true) {
            const version = group.epoch.beginRead();
            const epoch = group.epoch.current();
            var baseline: metrics.Counters = .{};
            baseline.addFrom(&group.epoch.baseline);
            const counted = group.sumCounters().since(&baseline);
            var stats: metrics.StatsAbi = .{
                .epoch = epoch,
                .total_scopes = counted.scope_count,
                .total_resets = counted.reset_count,
                .total_allocated_bytes = counted.allocated_bytes,
                .total_overflow_errors = counted.overflow_error_count,
                .total_overflow_fallbacks = counted.overflow_fallback_count,
                .total_fallback_bytes = counted.overflow_fallback_bytes,
                .total_abandoned = counted.abandoned_count,
                .held_fallback_bytes = group.budget.held_bytes.load(.monotonic),
            };
            group.readGauges(&stats);
            if (group.epoch.unchangedSince(version)) return stats;
        }
    }

    fn readGauges(group: *Group, stats: *metrics.StatsAbi) void {
        @setRuntimeSafety(true);
        var slots = group.iterate();
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
        const past = load(&slot.past_high_water_mark_bytes);
        return @max(if (own_epoch == epoch) own else 0, if (past_epoch == epoch) past else 0);
    }

    fn iterate(group: *Group) SlotIterator {
        return .{ .slab = group.slabs.load(.acquire) };
    }
};

const SlotIterator = struct {
    slab: ?*Slab,
    index: usize = 0,

    fn next(slots: *SlotIterator) ?*Slot {
        @setRuntimeSafety(true);
        const slab = slots.slab orelse return null;
        const slot = &slab.slots[slots.index];
        slots.index += 1;
        if (slots.index == slab.slots.len) slots.* = .{ .slab = slab.next };
        return slot;
    }
};

const testing = std.testing;

/// A group of a test's own. Its slabs stay mapped, as they do in the product.
fn testGroup(config: Config) !Group {
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

test "a lease's mark does not pass to the next holder and stays in the group's" {
    var group = try testGroup(.{});
    var failure: Failure = .{};
    const slot = try group.lease(&failure);
    const mark = try group.openMark(slot);
    _ = try slot.arena.allocate(300, 1, &failure);
    try slot.arena.rewind(mark);
    try group.giveBackLease(slot);
    try testing.expectEqual(slot, try group.lease(&failure));
    try testing.expectEqual(0, slot.arena.header.high_water_mark_bytes);
    try testing.expectEqual(300, group.readStats().max_high_water_mark_bytes);
}

test "a lease is reused, refused while in use, and cannot be returned twice" {
    var group = try testGroup(.{});
    var failure: Failure = .{};
    const slot = try group.lease(&failure);
    const mark = try group.openMark(slot);
    try testing.expectError(error.ArenaInUse, group.giveBackLease(slot));
    try slot.arena.rewind(mark);
    try group.giveBackLease(slot);
    try testing.expectError(error.InvalidArgument, group.giveBackLease(slot));
    try testing.expectEqual(slot, try group.lease(&failure));
    const other = try group.lease(&failure);
    try testing.expect(other != slot);
    try testing.expectEqual(2, group.readStats().live_arenas);
}

test "leases taken and returned by many threads are never shared" {
    const Shared = struct {
        group: Group = .{},
        broken: std.atomic.Value(u32) = .init(0),

        fn work(shared: *@This(), id: u8) void {
            for (0..20_000) |_| {
                var failure: Failure = .{};
                const slot = shared.group.lease(&failure) catch return shared.fail();
                const mark = shared.group.openMark(slot) catch return shared.fail();
                const bytes = slot.arena.allocate(64, 8, &failure) catch return shared.fail();
                @memset(bytes[0..64], id);
                std.atomic.spinLoopHint();
                for (bytes[0..64]) |byte| if (byte != id) shared.fail();
                slot.arena.rewind(mark) catch return shared.fail();
                shared.group.giveBackLease(slot) catch return shared.fail();
            }
        }

        fn fail(shared: *@This()) void {
            _ = shared.broken.fetchAdd(1, .monotonic);
        }
    };
    var shared: Shared = .{};
    var threads: [4]std.Thread = undefined;
    for (&threads, 1..) |*thread, id| thread.* = try std.Thread.spawn(.{}, Shared.work, .{ &shared, @as(u8, @intCast(id)) });
    for (threads) |thread| thread.join();
    try testing.expectEqual(0, shared.broken.load(.monotonic));
    const stats = shared.group.readStats();
    try testing.expectEqual(80_000, stats.total_resets);
    try testing.expect(stats.live_arenas <= 4);
    try testing.expectEqual(0, stats.used_bytes);
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

//! The arenas of a group one by one, seen without stopping their owners.

const std = @import("std");
const allocator = @import("allocator.zig");
const metrics = @import("arena_metrics.zig");
const totals = @import("arena_totals.zig");
const Group = @import("arena_group.zig").Group;
const Slot = @import("arena_slots.zig").Slot;

/// The C enum `engram_arena_use`.
pub const UseCode = enum(u32) {
    owned = 1,
    leased = 2,
    pooled = 3,
    quarantined = 4,

    /// Null for a slot that is nobody's and holds nothing.
    fn of(slot: *const Slot) ?UseCode {
        return switch (slot.use.load(.acquire)) {
            .free => null,
            .thread => .owned,
            .leased, .serving => .leased,
            .returning, .idle => .pooled,
            .quarantined => .quarantined,
        };
    }
};

/// The C struct `engram_arena_usage`.
pub const UsageAbi = extern struct {
    header: *const allocator.Header,
    slot: u64,
    use: u32,
    depth: u32,
    capacity_bytes: u64,
    used_bytes: u64,
    high_water_mark_bytes: u64,
    used_fallback_bytes: u64,
    reset_count: u64,
    overflow_error_count: u64,
    overflow_fallback_count: u64,
};

/// Where a caller wants them.
pub const Output = struct {
    arenas: []UsageAbi,

    /// Null if the caller was compiled with another struct, or has no room where it says that it has.
    pub fn of(struct_size_bytes: u64, arenas: ?[*]UsageAbi, capacity: u64) ?Output {
        @setRuntimeSafety(true);
        if (struct_size_bytes != @sizeOf(UsageAbi)) return null;
        if (capacity == 0) return .{ .arenas = &.{} };
        if (capacity > std.math.maxInt(usize) / @sizeOf(UsageAbi)) return null;
        const first = arenas orelse return null;
        return .{ .arenas = first[0..capacity] };
    }
};

/// Writes as many arenas as there is room for. Returns how many there are.
pub fn read(group: *const Group, out: Output) u64 {
    @setRuntimeSafety(true);
    while (true) {
        const version = group.epoch.beginRead();
        const epoch = group.epoch.current();
        var count: u64 = 0;
        var slots = group.slots.iterate();
        while (slots.next()) |slot| {
            const usage = readSlot(slot, epoch) orelse continue;
            if (count < out.arenas.len) out.arenas[count] = usage;
            count += 1;
        }
        if (group.epoch.unchangedSince(version)) return count;
    }
}

/// What stays the same while an arena is the same one in the same region.
const Tenure = struct {
    use: ?UseCode,
    base: ?[*]u8,
    capacity_bytes: u64,
    baseline: metrics.Counters,

    fn of(slot: *const Slot) Tenure {
        const header = &slot.arena.header;
        var tenure: Tenure = .{
            .use = .of(slot),
            .base = @atomicLoad(?[*]u8, &header.base, .acquire),
            .capacity_bytes = @atomicLoad(u64, &header.capacity_bytes, .acquire),
            .baseline = .{},
        };
        tenure.baseline.addFrom(&slot.baseline);
        return tenure;
    }
};

fn readSlot(slot: *const Slot, epoch: u64) ?UsageAbi {
    @setRuntimeSafety(true);
    while (true) {
        const tenure: Tenure = .of(slot);
        const use = tenure.use orelse return null;
        const usage = readTenure(slot, use, &tenure, epoch);
        // Beyond the capacity: of an owner whose stores came in another order here, and are all here soon.
        const torn = usage.high_water_mark_bytes > usage.capacity_bytes;
        if (!torn and std.meta.eql(tenure, Tenure.of(slot))) return usage;
        // Whoever changes it may have lost its processor just now.
        _ = std.os.linux.sched_yield();
    }
}

fn readTenure(slot: *const Slot, use: UseCode, tenure: *const Tenure, epoch: u64) UsageAbi {
    const header = &slot.arena.header;
    // The bytes in use before the mark, which an owner raises before it lowers them.
    const used = @atomicLoad(u64, &header.offset_bytes, .acquire);
    const mark = totals.ownHighWaterMark(header, epoch);
    var counted: metrics.Counters = .{};
    counted.addFrom(header);
    counted = counted.since(&tenure.baseline);
    return .{
        .header = header,
        .slot = slot.number,
        .use = @backingInt(use),
        .depth = @atomicLoad(u32, &header.depth, .acquire),
        .capacity_bytes = tenure.capacity_bytes,
        .used_bytes = used,
        .high_water_mark_bytes = @max(used, mark),
        .used_fallback_bytes = @atomicLoad(u64, &header.fallback_position_bytes, .acquire),
        .reset_count = counted.reset_count,
        .overflow_error_count = counted.overflow_error_count,
        .overflow_fallback_count = counted.overflow_fallback_count,
    };
}

const testing = std.testing;
const arena_group = @import("arena_group.zig");
const leases = @import("leases.zig");
const regions = @import("arena_regions.zig");
const requests = @import("arena_requests.zig");
const Failure = allocator.Failure;

/// The arenas of a test's group, of which there are no more than there is room for.
fn list(group: *const Group, memory: []UsageAbi) []UsageAbi {
    return memory[0..read(group, .{ .arenas = memory })];
}

fn find(listed: []const UsageAbi, slot: *const Slot) ?UsageAbi {
    for (listed) |usage| if (usage.header == &slot.arena.header) return usage;
    return null;
}

test "each arena is listed with what it is to whom, and with its figures" {
    var group = try arena_group.testGroup(.{ .overflow = .fallback, .max_fallback_bytes = 4 << 20 });
    var failure: Failure = .{};
    var memory: [8]UsageAbi = undefined;
    try testing.expectEqual(0, list(&group, &memory).len);
    const owned = try group.acquire(.thread, &failure);
    const leased = try leases.take(&group, &failure);
    const pooled = try leases.take(&group, &failure);
    try leases.giveBack(pooled);

    const mark = try requests.openMark(owned, &failure);
    _ = try requests.openMark(owned, &failure);
    _ = try owned.arena.allocate(700, 1, &failure);
    _ = try owned.arena.allocate(2 << 20, 1, &failure);
    try testing.expectError(error.ArenaOverflow, owned.arena.allocate(8 << 20, 1, &failure));
    const listed = list(&group, &memory);
    try testing.expectEqual(3, listed.len);
    const position = owned.arena.header.fallback_position_bytes;
    try testing.expect(position > 2 << 20);
    try testing.expectEqual(UsageAbi{
        .header = &owned.arena.header,
        .slot = 0,
        .use = @backingInt(UseCode.owned),
        .depth = 2,
        .capacity_bytes = 1 << 20,
        .used_bytes = 700,
        .high_water_mark_bytes = 700,
        .used_fallback_bytes = position,
        .reset_count = 0,
        .overflow_error_count = 1,
        .overflow_fallback_count = 1,
    }, find(listed, owned).?);
    try testing.expectEqual(@backingInt(UseCode.leased), find(listed, leased).?.use);
    try testing.expectEqual(@backingInt(UseCode.pooled), find(listed, pooled).?.use);

    const aside = try regions.quarantine(owned, &failure);
    const then = list(&group, &memory);
    try testing.expectEqual(4, then.len);
    try testing.expectEqual(@backingInt(UseCode.quarantined), find(then, aside).?.use);
    try testing.expectEqual(1 << 20, find(then, aside).?.capacity_bytes);
    try testing.expectEqual(1, find(then, owned).?.reset_count);
    try testing.expectEqual(0, find(then, owned).?.used_bytes);
    _ = mark;
    try regions.releaseQuarantined(aside);
    group.release(owned);
    try testing.expectEqual(2, list(&group, &memory).len);
    try testing.expectEqual(null, find(list(&group, &memory), owned));
}

test "the next arena of a slot counts from nothing, and so does each in a new epoch" {
    var group = try arena_group.testGroup(.{ .overflow = .error_return });
    var failure: Failure = .{};
    var memory: [4]UsageAbi = undefined;
    const first = try group.acquire(.thread, &failure);
    for (0..3) |_| {
        const mark = try requests.openMark(first, &failure);
        _ = try first.arena.allocate(5000, 1, &failure);
        try testing.expectError(error.ArenaOverflow, first.arena.allocate(8 << 20, 1, &failure));
        try requests.rewind(first, mark);
    }
    try testing.expectEqual(3, list(&group, &memory)[0].reset_count);
    try testing.expectEqual(5000, list(&group, &memory)[0].high_water_mark_bytes);
    group.resetMetrics();
    try testing.expectEqual(0, list(&group, &memory)[0].reset_count);
    try testing.expectEqual(0, list(&group, &memory)[0].overflow_error_count);
    try testing.expectEqual(0, list(&group, &memory)[0].high_water_mark_bytes);
    const mark = try requests.openMark(first, &failure);
    _ = try first.arena.allocate(100, 1, &failure);
    try requests.rewind(first, mark);
    try testing.expectEqual(1, list(&group, &memory)[0].reset_count);
    group.release(first);
    const second = try group.acquire(.thread, &failure);
    defer group.release(second);
    try testing.expectEqual(first, second);
    try testing.expectEqual(0, list(&group, &memory)[0].reset_count);
    try testing.expectEqual(0, list(&group, &memory)[0].high_water_mark_bytes);
}

test "more arenas than there is room for are counted, and slots keep their numbers" {
    var group = try arena_group.testGroup(.{ .pool_size_bytes = 64 << 10 });
    var failure: Failure = .{};
    var slots: [200]*Slot = undefined;
    for (&slots) |*slot| slot.* = try group.acquire(.thread, &failure);
    var few: [3]UsageAbi = undefined;
    try testing.expectEqual(200, read(&group, .{ .arenas = &few }));
    var memory: [200]UsageAbi = undefined;
    var seen: [200]bool = @splat(false);
    for (list(&group, &memory)) |usage| {
        try testing.expect(!seen[usage.slot]);
        seen[usage.slot] = true;
    }
    for (slots, 0..) |slot, number| try testing.expectEqual(number, find(&memory, slot).?.slot);
    for (slots) |slot| group.release(slot);
    try testing.expectEqual(0, list(&group, &memory).len);
}

test "an output of another struct, or without the room that it says, is refused" {
    var one: [1]UsageAbi = undefined;
    try testing.expect(Output.of(@sizeOf(UsageAbi), &one, 1) != null);
    try testing.expect(Output.of(@sizeOf(UsageAbi), null, 0) != null);
    try testing.expectEqual(null, Output.of(@sizeOf(UsageAbi) + 8, &one, 1));
    try testing.expectEqual(null, Output.of(@sizeOf(UsageAbi), null, 1));
    try testing.expectEqual(null, Output.of(@sizeOf(UsageAbi), &one, std.math.maxInt(u64)));
}

test "no arena is listed with figures of another one, or of another region, while owners come, work and go" {
    const resets_max = 3;
    const Shared = struct {
        group: Group = .{},
        broken: std.atomic.Value(u32) = .init(0),
        at_work: std.atomic.Value(u32) = .init(3),

        fn own(shared: *@This()) void {
            defer _ = shared.at_work.fetchSub(1, .release);
            for (0..2000) |round| shared.ownOnce(round) catch shared.fail();
        }

        fn ownOnce(shared: *@This(), round: usize) !void {
            var failure: Failure = .{};
            const slot = try shared.group.acquire(.thread, &failure);
            defer shared.group.release(slot);
            for (0..1 + round % resets_max) |_| {
                const mark = try requests.openMark(slot, &failure);
                _ = try slot.arena.allocate(slot.arena.header.capacity_bytes, 1, &failure);
                // Long enough to be seen.
                _ = std.os.linux.sched_yield();
                try requests.rewind(slot, mark);
            }
        }

        fn reconfigure(shared: *@This()) void {
            defer _ = shared.at_work.fetchSub(1, .release);
            for (0..600) |round| {
                shared.group.configure(.{ .pool_size_bytes = @as(u64, 64 << 10) << @intCast(round % 3) }) catch shared.fail();
                if (round % 10 == 0) shared.group.resetMetrics();
            }
        }

        fn fail(shared: *@This()) void {
            _ = shared.broken.fetchAdd(1, .monotonic);
        }

        fn check(shared: *@This(), usage: UsageAbi) void {
            if (usage.reset_count > resets_max) shared.fail();
            if (usage.used_bytes > usage.high_water_mark_bytes) shared.fail();
            if (usage.high_water_mark_bytes > usage.capacity_bytes) shared.fail();
            // Each fills its arena, whatever its size.
            const used = usage.used_bytes;
            if (used != 0 and used != usage.capacity_bytes) shared.fail();
        }
    };
    var shared: Shared = .{};
    var threads: [3]std.Thread = undefined;
    threads[0] = try std.Thread.spawn(.{}, Shared.own, .{&shared});
    threads[1] = try std.Thread.spawn(.{}, Shared.own, .{&shared});
    threads[2] = try std.Thread.spawn(.{}, Shared.reconfigure, .{&shared});
    var memory: [8]UsageAbi = undefined;
    var listed: u64 = 0;
    while (shared.at_work.load(.acquire) != 0) {
        for (list(&shared.group, &memory)) |usage| {
            shared.check(usage);
            listed += 1;
        }
    }
    for (threads) |thread| thread.join();
    try testing.expectEqual(0, shared.broken.load(.monotonic));
    try testing.expect(listed > 0);
}
